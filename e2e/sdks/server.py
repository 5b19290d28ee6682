"""The server under test: its address, and an API key of its administrator."""
import json
import os
import urllib.error
import urllib.request

BASE = os.environ.get("AIRIS_URL", "http://127.0.0.1:8080")
MOCK = os.environ.get("MOCK", "")
LOCAL = "smollm2-135m-instruct"
EMBEDDER = "all-minilm-l6-v2"
ROOT = {"name": "Root", "email": "root@example.com", "password": "correct horse battery"}


def call(method, path, body=None, token=None, base=BASE):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, method=method, headers={"content-type": "application/json"})
    if token:
        request.add_header("authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


_key = None


def key():
    """An API key, made once."""
    global _key
    if _key is None:
        if call("GET", "/api/config").get("onboarding"):
            token = call("POST", "/api/v1/auths/signup", ROOT)["token"]
        else:
            token = call("POST", "/api/v1/auths/signin", ROOT)["token"]
        _key = call("POST", "/api/v1/auths/api_key", token=token)["api_key"]
    return _key


def asked(path):
    """The newest body that the provider was sent at an address ending in `path`."""
    return [one["body"] for one in call("GET", "/log", base=MOCK) if one["path"].endswith(path)][-1]
