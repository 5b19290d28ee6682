//! What is sent to a collector of traces, metrics and logs (OTLP).

use crate::variable::{Variable, flag, int, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("ENABLE_OTEL", false).doc("Sends what the next three name to a collector; alone it sends traces and metrics"),
    flag("ENABLE_OTEL_TRACES", false).doc("What each request and each reply did, and how long it took; no texts of messages"),
    flag("ENABLE_OTEL_METRICS", false).doc("The numbers of `/metrics`"),
    flag("ENABLE_OTEL_LOGS", false).doc("The lines of the log, with the trace that each belongs to"),
    text("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317").doc("Address of the collector; with `http`, `/v1/traces` and the like are put behind it"),
    text("OTEL_METRICS_EXPORTER_OTLP_ENDPOINT", "").or("OTEL_EXPORTER_OTLP_ENDPOINT").doc("Another address for metrics"),
    text("OTEL_LOGS_EXPORTER_OTLP_ENDPOINT", "").or("OTEL_EXPORTER_OTLP_ENDPOINT").doc("Another address for logs"),
    text("OTEL_OTLP_SPAN_EXPORTER", "grpc").doc("How the collector is spoken to: `grpc` or `http`"),
    text("OTEL_METRICS_OTLP_SPAN_EXPORTER", "").or("OTEL_OTLP_SPAN_EXPORTER").doc("Another way for metrics"),
    text("OTEL_LOGS_OTLP_SPAN_EXPORTER", "").or("OTEL_OTLP_SPAN_EXPORTER").doc("Another way for logs"),
    flag("OTEL_EXPORTER_OTLP_INSECURE", false).doc("Whether an address without `http://` or `https://` is spoken to without encryption"),
    flag("OTEL_METRICS_EXPORTER_OTLP_INSECURE", false).or("OTEL_EXPORTER_OTLP_INSECURE").doc("The same for metrics"),
    flag("OTEL_LOGS_EXPORTER_OTLP_INSECURE", false).or("OTEL_EXPORTER_OTLP_INSECURE").doc("The same for logs"),
    list("OTEL_EXPORTER_OTLP_HEADERS", ',', "").doc("Headers of every export: `name=value`, percent-encoded where a value needs it"),
    text("OTEL_BASIC_AUTH_USERNAME", "").doc("Name by which the collector knows this server"),
    text("OTEL_BASIC_AUTH_PASSWORD", "").doc("Its password"),
    text("OTEL_METRICS_BASIC_AUTH_USERNAME", "").or("OTEL_BASIC_AUTH_USERNAME").doc("Another name for metrics"),
    text("OTEL_METRICS_BASIC_AUTH_PASSWORD", "").or("OTEL_BASIC_AUTH_PASSWORD").doc("Its password"),
    text("OTEL_LOGS_BASIC_AUTH_USERNAME", "").or("OTEL_BASIC_AUTH_USERNAME").doc("Another name for logs"),
    text("OTEL_LOGS_BASIC_AUTH_PASSWORD", "").or("OTEL_BASIC_AUTH_PASSWORD").doc("Its password"),
    int("OTEL_METRICS_EXPORT_INTERVAL_MILLIS", "10000").doc("Milliseconds between two exports of metrics"),
    text("OTEL_SERVICE_NAME", "airis").doc("What this server is called there"),
    list("OTEL_RESOURCE_ATTRIBUTES", ',', "").doc("More that is told of this server: `name=value`, such as `deployment.environment.name=test`"),
    text("OTEL_TRACES_SAMPLER", "parentbased_always_on").doc("Which traces are kept: `always_on`, `always_off`, `traceidratio`, or one of these behind `parentbased_`, which follows the caller where it says"),
    text("OTEL_TRACES_SAMPLER_ARG", "").doc("The part that `traceidratio` keeps, from 0 to 1; default: 1"),
];
