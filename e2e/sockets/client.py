"""The official Python client completes turns, hears acks and is heard.

    python client.py BASE
"""
import sys
import threading
import time
import uuid

import requests
import socketio

BASE = sys.argv[1]
PASSWORD = "correct horse battery"


def post(path, body, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.post(BASE + path, json=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.json()


def sign_in():
    root = {"name": "Root", "email": "root@example.com", "password": PASSWORD}
    if requests.get(BASE + "/api/config", timeout=60).json().get("onboarding"):
        post("/api/v1/auths/signup", root)
    return post("/api/v1/auths/signin", root)


def wait_for(find, what, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        found = find()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


def main():
    account = sign_in()
    websocket = requests.get(BASE + "/api/config", timeout=60).json()["features"]["enable_websocket"]
    transports = ["websocket"] if websocket else ["polling"]
    client = socketio.Client(reconnection=False)
    heard, lock = [], threading.Lock()

    @client.on("events")
    def on_events(envelope):
        with lock:
            heard.append(envelope)

    client.connect(BASE, socketio_path="/ws/socket.io", transports=transports, auth={"token": account["token"]})
    who = client.call("user-join", {"auth": {"token": account["token"]}}, timeout=30)
    assert who == {"id": account["id"], "name": "Root"}, who
    assert client.call("user-join", {"auth": {"token": "forged"}}, timeout=30) is None

    reply = str(uuid.uuid4())
    user = {"id": str(uuid.uuid4()), "parentId": None, "childrenIds": [], "role": "user", "content": "hello python",
            "timestamp": int(time.time()), "models": ["mock-alpha"]}
    started = post("/api/chat/completions", {
        "stream": True, "model": "mock-alpha", "messages": [], "params": {}, "features": {}, "variables": {},
        "session_id": client.get_sid(), "chat_id": None, "parent_id": None, "user_message": user,
        "background_tasks": {"title_generation": True, "tags_generation": True, "follow_up_generation": True},
        "message_ids": [{"model_id": "mock-alpha", "message_id": reply}],
    }, account["token"])
    chat = started["chat_id"]

    def over():
        with lock:
            return [e for e in heard if e["chat_id"] == chat and e["data"] == {"type": "chat:active", "data": {"active": False, "folder_id": None}}]

    wait_for(over, "the end of the turn")
    types = [e["data"]["type"] for e in heard if e["chat_id"] == chat]
    for wanted in ("chat:list", "chat:active", "response:completion", "chat:completion", "chat:title", "chat:tags", "chat:message:follow_ups"):
        assert wanted in types, (wanted, types)
    deltas = [e["data"]["data"]["delta"] for e in heard
              if e.get("message_id") == reply and e["data"]["type"] == "response:completion"
              and e["data"]["data"].get("type") == "response.output_text.delta"]
    assert "".join(deltas) == "[mock-alpha] You said: hello python", deltas

    ask = lambda data: client.call("events:chat", {"chat_id": chat, "data": data}, timeout=30)
    assert ask({"type": "join"}) is True
    wait_for(lambda: [e for e in heard if e["data"]["type"] == "chat:presence"], "presence")
    assert ask({"type": "typing", "data": {"typing": True}}) is True
    assert ask({"type": "last_read_at"}) is True
    assert ask({"type": "resume", "data": {"message_id": reply}}) is None
    assert ask({"type": "leave"}) is True
    assert ask({"type": "leave"}) is False
    client.emit("usage", {"model": b"\x01\x02"})
    client.call("heartbeat", {}, timeout=30)
    client.disconnect()
    print(f"ok: python-socketio over {transports[0]}")


if __name__ == "__main__":
    main()
