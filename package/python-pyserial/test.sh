# SPDX-License-Identifier: Apache-2.0
# A pseudo-terminal is a port too.
cat >port.py <<'EOF'
import os, serial
controller, other = os.openpty()
with serial.Serial(os.ttyname(other), 115200, timeout=5) as port:
    port.write(b"out\n")
    assert os.read(controller, 10).startswith(b"out")
    os.write(controller, b"in\n")
    assert port.read(2) == b"in"
EOF
python3 port.py
