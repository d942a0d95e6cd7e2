# SPDX-License-Identifier: Apache-2.0
"""Wi-Fi firmware of the Raspberry Pi 4.

It is for the CYW43455 on the board and on the Compute Module 4. The driver is built into the kernel. It first asks for
a file with the board's name, and complains if there is none, so the firmware is installed under that name too. The file
`clm_blob` says which channels are allowed; the kernel's own `regulatory.db` is not part of this package.
"""

from leafroot import Archive, Package, Prebuilt

package = Package(
    version="20250410-2",
    group="firmware",
    archive=Archive(
        "debian:pool/non-free-firmware/f/firmware-nonfree/firmware-brcm80211_{version}_all.deb",
        sha256="266cc703e2299f5253fd1ff9a1fd625d85a2c8e5a88b1a65fcc190ac384ce3d7",
        inner="data.tar.xz",
    ),
    license="LicenseRef-Cypress-firmware AND GPL-2.0-only",
    license_files=["usr/share/doc/firmware-brcm80211/copyright"],
    build=Prebuilt(
        install=[
            ("usr/lib/firmware/cypress/cyfmac43455-sdio.bin", "lib/firmware/cypress/"),
            ("usr/lib/firmware/cypress/cyfmac43455-sdio.clm_blob", "lib/firmware/cypress/"),
            # Links to the files above.
            ("usr/lib/firmware/brcm/brcmfmac43455-sdio.bin", "lib/firmware/brcm/"),
            (
                "usr/lib/firmware/brcm/brcmfmac43455-sdio.bin",
                "lib/firmware/brcm/brcmfmac43455-sdio.raspberrypi,4-model-b.bin",
            ),
            (
                "usr/lib/firmware/brcm/brcmfmac43455-sdio.bin",
                "lib/firmware/brcm/brcmfmac43455-sdio.raspberrypi,4-compute-module.bin",
            ),
            ("usr/lib/firmware/brcm/brcmfmac43455-sdio.clm_blob", "lib/firmware/brcm/"),
            # The board's calibration; the file of the Compute Module 4 is a link to it.
            ("usr/lib/firmware/brcm/brcmfmac43455-sdio.raspberrypi,4-model-b.txt", "lib/firmware/brcm/"),
            ("usr/lib/firmware/brcm/brcmfmac43455-sdio.raspberrypi,4-compute-module.txt", "lib/firmware/brcm/"),
        ],
    ),
    arch=["aarch64", "arm"],
    kernel=["MMC", "WIRELESS", "WLAN", "CFG80211", "WLAN_VENDOR_BROADCOM", "BRCMFMAC", "BRCMFMAC_SDIO"],
)
