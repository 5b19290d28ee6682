"""A collector for tests: takes what OpenTelemetry's own definitions can read, over gRPC and over HTTP, and tells what it got.

    receiver.py [--login USER:PASSWORD] [--certificate FILE --key FILE]

Who does not show the login is refused; with a certificate, gRPC is encrypted. Prints {"grpc": address, "http": address}
when it listens.

GET /seen answers {"exports": [{"signal", "protocol", "resource", "scope", "entries"}], "refused": count}.
"""

import argparse
import base64
import json
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

options = argparse.ArgumentParser()
options.add_argument("--login")
options.add_argument("--certificate")
options.add_argument("--key")
given = options.parse_args()
WANTED = "Basic " + base64.b64encode(given.login.encode()).decode() if given.login else None
REQUESTS = {
    "traces": trace_service_pb2.ExportTraceServiceRequest,
    "metrics": metrics_service_pb2.ExportMetricsServiceRequest,
    "logs": logs_service_pb2.ExportLogsServiceRequest,
}
# Names of the lists: of resources, of scopes, of entries.
PLACES = {
    "traces": ("resource_spans", "scope_spans", "spans"),
    "metrics": ("resource_metrics", "scope_metrics", "metrics"),
    "logs": ("resource_logs", "scope_logs", "log_records"),
}
lock = threading.Lock()
seen = {"exports": [], "refused": 0}


def plain(value):
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind else None


def attributes(pairs):
    return {pair.key: plain(pair.value) for pair in pairs}


def entry(signal, message):
    if signal == "traces":
        return {
            "trace": message.trace_id.hex(), "span": message.span_id.hex(), "parent": message.parent_span_id.hex(),
            "name": message.name, "kind": message.kind, "begun": message.start_time_unix_nano,
            "ended": message.end_time_unix_nano, "failed": message.status.code == 2,
            "attributes": attributes(message.attributes),
        }
    if signal == "logs":
        return {
            "trace": message.trace_id.hex(), "span": message.span_id.hex(), "severity": message.severity_number,
            "text": message.severity_text, "body": plain(message.body), "at": message.time_unix_nano,
            "attributes": attributes(message.attributes),
        }
    return MessageToDict(message, preserving_proto_field_name=True)


def take(signal, request, protocol):
    resources, scopes, entries = PLACES[signal]
    with lock:
        for resource in getattr(request, resources):
            for scope in getattr(resource, scopes):
                seen["exports"].append({
                    "signal": signal, "protocol": protocol, "resource": attributes(resource.resource.attributes),
                    "scope": scope.scope.name, "entries": [entry(signal, one) for one in getattr(scope, entries)],
                })


def refuses(shown):
    if WANTED in (None, shown):
        return False
    with lock:
        seen["refused"] += 1
    return True


class OverGrpc:
    def __init__(self, signal, response):
        self.signal, self.response = signal, response

    def Export(self, request, context):  # noqa: N802, the name is gRPC's
        if refuses(dict(context.invocation_metadata()).get("authorization")):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you")
        take(self.signal, request, "grpc")
        return self.response()


class OverHttp(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802
        with lock:
            self.answer(200, json.dumps(seen).encode(), "application/json")

    def do_POST(self):  # noqa: N802
        body = self.rfile.read(int(self.headers["content-length"]))
        signal = self.path.removeprefix("/v1/")
        if refuses(self.headers.get("authorization")):
            return self.answer(401)
        if signal not in REQUESTS or self.headers.get("content-type") != "application/x-protobuf":
            return self.answer(404)
        take(signal, REQUESTS[signal].FromString(body), "http")
        self.answer(200, kind="application/x-protobuf")

    def answer(self, status, body=b"", kind="text/plain"):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


rpc = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
trace_service_pb2_grpc.add_TraceServiceServicer_to_server(
    OverGrpc("traces", trace_service_pb2.ExportTraceServiceResponse), rpc)
metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(
    OverGrpc("metrics", metrics_service_pb2.ExportMetricsServiceResponse), rpc)
logs_service_pb2_grpc.add_LogsServiceServicer_to_server(
    OverGrpc("logs", logs_service_pb2.ExportLogsServiceResponse), rpc)
if given.certificate:
    with open(given.key, "rb") as key, open(given.certificate, "rb") as certificate:
        shown = grpc.ssl_server_credentials([(key.read(), certificate.read())])
    port = rpc.add_secure_port("127.0.0.1:0", shown)
else:
    port = rpc.add_insecure_port("127.0.0.1:0")
rpc.start()
http = ThreadingHTTPServer(("127.0.0.1", 0), OverHttp)
print(json.dumps({"grpc": f"{'https' if given.certificate else 'http'}://127.0.0.1:{port}", "http": f"http://127.0.0.1:{http.server_port}"}), flush=True)
http.serve_forever()
