# SPDX-License-Identifier: Apache-2.0
"""The commands of a running system: a lease from DHCP, and servers, clients and editors of busybox, each used once."""

from __future__ import annotations

import http.server
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.guest.qemu import Guest
from tests.boot.conftest import Console
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
SIZES = ("full", "small")

Said = Callable[..., str]


class Page(http.server.BaseHTTPRequestHandler):
    """Every page says what was asked for."""

    def do_GET(self) -> None:
        text = f"this is {self.path}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[int]:
    """The port of an HTTP server on this machine; the guest reaches it as 10.0.2.2."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Page) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield served.server_address[1]
        served.shutdown()
        thread.join()


@pytest.fixture
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def boot(scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path) -> Callable[..., Said]:
    """Boot qemu_x86_64 with a size of busybox and further options, and log in; gives a function that runs a command."""

    def boot(size: str, *options: str) -> Said:
        fragment = tmp_path / "busybox.config"
        chosen = (f"PACKAGE_BUSYBOX_SIZE_{size.upper()}", *options)
        fragment.write_text("".join(f"CONFIG_{option}=y\n" for option in chosen))
        output = f"output/test/busybox-{size}"
        where = ["BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=nullfs", "TOOLCHAIN=source", f"OUTPUT={output}"]
        scons(*where, f"CONFIG={fragment}", "boot-files")
        made, arch = ROOT / output / "qemu_x86_64", ARCHES["x86_64"]
        console = console_of(
            Guest(
                arch.qemu,
                arch.emulation,
                256,
                kernel=made / "kernel",
                initrd=made / "images" / "rootfs.cpio.zst",
                emulators=emulators(),
            )
        )
        console.expect("leafroot login: ")
        console.type("root")
        console.expect("# ")
        # The shell would break a long command over two lines, and the kernel's messages would stand among its answers.
        console.type("stty cols 1000; dmesg -n 1; echo re''ady")
        console.expect("ready\r\nroot@leafroot:")

        def said(command: str, *pressed: tuple[str, str]) -> str:
            """What a command prints, and its exit status at the end.

            `pressed` are pairs: what the command must have printed, and the keys that are pressed then.
            """
            console.type(f"{command}; echo e''nd $? d''one")
            for printed, keys in pressed:
                console.expect(printed)
                console.press(keys)
            # The prompt behind it: the shell at the other end of telnet has one, too.
            console.expect(" done\r\nroot@leafroot:")
            printed = console.seen.replace("\r", "")
            # The first line is the command itself.
            return printed if pressed else printed.partition("\n")[2]

        return said

    return boot


def test_a_lease_configures_address_route_and_resolver(boot: Callable[..., Said], size: str, server: int) -> None:
    """udhcpc needs no option: interface and script have their usual names."""
    said = boot(size)
    assert "end 0" in said("udhcpc -n -q")
    assert "inet 10.0.2.15/24 brd 10.0.2.255" in said("ip addr show dev eth0")
    assert "default via 10.0.2.2 dev eth0" in said("ip route")
    assert said("cat /etc/resolv.conf").startswith("nameserver 10.0.2.3\n")
    assert said(f"wget -q -T 5 -O - http://10.0.2.2:{server}/page").startswith("this is /page\nend 0")
    # A second lease takes the place of the first one, and an overlay's resolv.conf is no lease's to empty.
    assert "end 0" in said("udhcpc -n -q")
    assert said("ip route | grep -c default").startswith("1\n")
    assert said("grep -c . /etc/resolv.conf").startswith("1\n")
    assert "end 0" in said("rm -r /run/udhcpc; echo nameserver 9.9.9.9 >/etc/resolv.conf")
    assert "end 0" in said("interface=eth0 /usr/share/udhcpc/default.script deconfig")
    assert said("cat /etc/resolv.conf").startswith("nameserver 9.9.9.9\n")


def test_the_script_sets_what_a_lease_says(boot: Callable[..., Said]) -> None:
    said = boot("full")
    lease = "interface=eth0 ip=192.0.2.7 mask=24 dns='192.0.2.1 192.0.2.2' search='a.example b.example' mtu=1400"
    routes = "router=192.0.2.1 staticroutes='198.51.100.0/24 192.0.2.9 203.0.113.0/24 0.0.0.0 0.0.0.0/0 10.9.9.9'"
    assert "end 0" in said("interface=eth0 /usr/share/udhcpc/default.script deconfig")
    assert "end 0" in said(f"{lease} {routes} /usr/share/udhcpc/default.script bound")
    assert "mtu 1400" in said("ip link show dev eth0")
    table = said("ip route")
    assert "198.51.100.0/24 via 192.0.2.9 dev eth0" in table and "203.0.113.0/24 dev eth0" in table
    # RFC 3442: the routers do not count. A router outside of the address's network is reached all the same.
    assert "default via 10.9.9.9 dev eth0" in table and "default via 192.0.2.1" not in table
    assert said("cat /etc/resolv.conf").startswith(
        "search a.example b.example\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n"
    )
    assert "end 0" in said(f"{lease} router='192.0.2.1 192.0.2.3' /usr/share/udhcpc/default.script renew")
    table = said("ip route")
    assert "default via 192.0.2.1 dev eth0" in table and "default via 10.9.9.9" not in table
    six = "interface=eth0 dns=2001:db8::1 domain=c.example /usr/share/udhcpc/default6.script bound"
    assert "end 0" in said(six)
    assert "nameserver 2001:db8::1\n" in said("cat /etc/resolv.conf")
    assert "end 0" in said("interface=eth0 /usr/share/udhcpc/default.script deconfig")
    assert said("cat /etc/resolv.conf").startswith("search c.example\nnameserver 2001:db8::1\nend 0")


def test_the_package_network_configures_eth0_at_startup(boot: Callable[..., Said], size: str) -> None:
    said = boot(size, "PACKAGE_NETWORK")
    assert "inet 10.0.2.15/24" in said("ip addr show dev eth0")
    assert said("cat /etc/resolv.conf").startswith("nameserver 10.0.2.3\n")
    assert said("test -e /run/udhcpc.eth0.pid && echo kept").startswith("kept\n")
    assert "end 0" in said("/etc/init.d/S40network stop; sleep 1")
    assert "inet 10.0.2.15" not in said("ip addr show dev eth0")


def test_a_server_that_never_answers_is_given_up(boot: Callable[..., Said], size: str, silent_server: int) -> None:
    said = boot(size)
    assert "end 0" in said("udhcpc -n -q")
    printed = said(f"wget -T 2 -O - http://10.0.2.2:{silent_server}/")
    assert "download timed out" in printed and "end 1" in printed


def test_an_ignored_option_takes_numbers_and_lists(boot: Callable[..., Said]) -> None:
    """getopt32 wrote their values through a null pointer (patch 0002): status 139."""
    said = boot("full")
    assert "end 0" in said("printf 'Subject: x\\n\\ntext\\n' | reformime -m a -m b >/dev/null")
    assert "end 1" in said("popmaildir -s -R 100 -L 100 /tmp false")
    assert "invalid number 'x'" in said("popmaildir -s -R x /tmp false")


def test_logs_are_kept_within_their_limit(boot: Callable[..., Said], size: str) -> None:
    said = boot(size)
    said("echo of the kernel >/dev/kmsg; sleep 1")
    assert said("grep -c 'kernel: .*of the kernel' /var/log/messages").startswith("1\n")
    assert said("logger -t me hello; sleep 1; grep -c 'me: hello' /var/log/messages").startswith("1\n")
    # 256 KiB of one file, and the one before it.
    fill = "text=$(printf '%0900d' 7); n=0; while [ $n -lt 900 ]; do logger $text; n=$((n+1)); done; sleep 1"
    assert "end 0" in said(fill)
    printed = said("cd /var/log; wc -c <messages; wc -c <messages.0")
    assert max(int(word) for word in printed.split()[:2]) <= 257 * 1024
    assert "No such file" in said("ls /var/log/messages.1")


def test_servers_and_clients_do_their_work(boot: Callable[..., Said]) -> None:
    said = boot("full")
    assert "end 0" in said("echo '* * * * * echo ran >/tmp/cron' | crontab - && crond")
    assert "ran" not in said("cat /tmp/cron")
    assert "end 0" in said("mkdir /tmp/www && echo page >/tmp/www/index.html && httpd -p 8080 -h /tmp/www")
    assert said("wget -q -O - http://127.0.0.1:8080/").startswith("page\n")
    assert "404 Not Found" in said("wget -q -O - http://127.0.0.1:8080/none")
    assert "end 0" in said("telnetd -p 2323 -l /bin/sh")
    assert "answer 42" in said("(sleep 1; echo 'echo answer $((6*7))'; sleep 2) | telnet 127.0.0.1 2323")
    assert "end 0" in said("ntpd -l")
    assert "reply from 127.0.0.1: offset:" in said("ntpd -n -d -d -q -w -p 127.0.0.1")
    assert "end 0" in said("n=0; until [ -s /tmp/cron ] || [ $n -gt 80 ]; do sleep 1; n=$((n+1)); done; cat /tmp/cron")
    assert said("cat /tmp/cron").startswith("ran\n")


def test_vi_and_less_work_on_the_console(boot: Callable[..., Said], size: str) -> None:
    said = boot(size)
    # Escape by itself: with another key right behind it, it is the start of a function key.
    keys = (("~", "ifirst line\rsecond line"), ("I /tmp/text", "\x1b"), ("- /tmp/text", "1Gdd:wq\r"))
    assert "end 0" in said("vi /tmp/text", *keys)
    assert said("cat /tmp/text").startswith("second line\nend 0")
    assert "end 0" in said("seq 500 >/tmp/numbers")
    # G leads to the end, and q out of it.
    assert "end 0" in said("less /tmp/numbers", ("20", "G"), ("500", "q"))
