# SPDX-License-Identifier: Apache-2.0
# with mosquitto
mosquitto -p 1999 &
cat >client.py <<'EOF'
import queue
import time
import paho.mqtt.client as mqtt
got = queue.Queue()
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.on_message = lambda client, data, message: got.put(message.payload)
client.on_subscribe = lambda *_: client.publish("rows", b"said")
for _ in range(60):
    try:
        client.connect("127.0.0.1", 1999)
        break
    except ConnectionRefusedError:
        time.sleep(1)
client.subscribe("rows")
client.loop_start()
assert got.get(timeout=60) == b"said"
client.loop_stop()
EOF
python3 client.py
kill %1
