//! What `/metrics` tells, as metrics of OTLP. Names stay as they are there, so that one dashboard fits both.

use super::fields::Value;
use super::message::{Message, Resource};

/// Counts since the start, not since the last export.
const CUMULATIVE: u64 = 2;

/// All numbers of one name.
#[derive(Debug, Default, PartialEq)]
struct Family {
    name: String,
    help: String,
    unit: String,
    kind: Kind,
    series: Vec<Series>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Kind {
    #[default]
    Gauge,
    Counter,
    Histogram,
}

/// Numbers of one name with the same labels.
#[derive(Debug, Default, PartialEq)]
struct Series {
    labels: Vec<(String, String)>,
    /// The number, or the sum of all that was observed.
    value: f64,
    count: f64,
    /// Upper ends, and how many were not above each.
    buckets: Vec<(f64, f64)>,
}

/// The request that exports a text in the format of OpenMetrics, as this process writes it.
pub(super) fn request(resource: &Resource, text: &str, begun_ns: u64, now_ns: u64) -> Vec<u8> {
    resource.request(&read(text), |message, family| family.write(message, begun_ns, now_ns))
}

fn read(text: &str) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(told) => describe(&mut families, told),
            None => sample(&mut families, line).unwrap_or_default(),
        }
    }
    families.retain(|family| !family.series.is_empty());
    families
}

/// `HELP name text`, `TYPE name kind`, `UNIT name unit`.
fn describe(families: &mut Vec<Family>, told: &str) {
    let mut words = told.splitn(3, ' ');
    let (Some(what), Some(name), Some(text)) = (words.next(), words.next(), words.next()) else { return };
    if families.last().is_none_or(|family| family.name != name) {
        families.push(Family { name: name.to_owned(), ..Family::default() });
    }
    let Some(family) = families.last_mut() else { return };
    match what {
        "HELP" => text.clone_into(&mut family.help),
        "UNIT" => unit(text).clone_into(&mut family.unit),
        "TYPE" => {
            if text == "info" {
                family.name.push_str("_info");
            }
            family.kind = match text {
                "counter" => Kind::Counter,
                "histogram" => Kind::Histogram,
                _ => Kind::Gauge,
            }
        }
        _ => {}
    }
}

/// As OpenTelemetry abbreviates it.
fn unit(name: &str) -> &str {
    match name {
        "seconds" => "s",
        "bytes" => "By",
        other => other,
    }
}

/// `name{label="value"} number`. `None`: the line says nothing that is understood.
fn sample(families: &mut [Family], line: &str) -> Option<()> {
    let end = line.find(['{', ' '])?;
    let (labels, number) =
        if line[end..].starts_with('{') { labels(&line[end + 1..])? } else { (Vec::new(), &line[end..]) };
    let number: f64 = number.split_whitespace().next()?.parse().ok()?;
    let family = families.last_mut()?;
    let suffix = line[..end].strip_prefix(family.name.as_str())?;
    let (edges, labels): (Vec<_>, Vec<_>) =
        labels.into_iter().partition(|(name, _)| name == "le" && suffix == "_bucket");
    let place = family.series.iter().position(|series| series.labels == labels);
    let place = place.unwrap_or_else(|| {
        family.series.push(Series { labels, ..Series::default() });
        family.series.len() - 1
    });
    let series = family.series.get_mut(place)?;
    match suffix {
        "_count" => series.count = number,
        "_bucket" => series.buckets.push((edges.first()?.1.parse().ok()?, number)),
        _ => series.value = number,
    }
    Some(())
}

/// Labels with their values, and what stands behind the closing brace.
fn labels(mut rest: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(behind) = rest.strip_prefix('}') {
            return Some((labels, behind));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut signs = quoted.char_indices();
        rest = loop {
            match signs.next()? {
                (place, '"') => break &quoted[place + 1..],
                (_, '\\') => value.push(match signs.next()?.1 {
                    'n' => '\n',
                    sign => sign,
                }),
                (_, sign) => value.push(sign),
            }
        };
        labels.push((name.to_owned(), value));
    }
}

impl Family {
    fn write(&self, message: &mut Message, begun_ns: u64, now_ns: u64) {
        message.text(1, &self.name);
        message.text(2, &self.help);
        message.text(3, &self.unit);
        let points = |data: &mut Message| {
            for series in &self.series {
                data.message(1, |point| match self.kind {
                    Kind::Histogram => series.write_histogram(point, begun_ns, now_ns),
                    _ => series.write_number(point, begun_ns, now_ns),
                });
            }
        };
        match self.kind {
            Kind::Gauge => message.message(5, points),
            Kind::Counter => message.message(7, |sum| {
                points(sum);
                sum.number(2, CUMULATIVE);
                sum.number(3, 1);
            }),
            Kind::Histogram => message.message(9, |histogram| {
                points(histogram);
                histogram.number(2, CUMULATIVE);
            }),
        }
    }
}

impl Series {
    fn write_number(&self, point: &mut Message, begun_ns: u64, now_ns: u64) {
        point.fixed(2, begun_ns);
        point.fixed(3, now_ns);
        point.double(4, self.value);
        self.write_labels(point, 7);
    }

    fn write_histogram(&self, point: &mut Message, begun_ns: u64, now_ns: u64) {
        point.fixed(2, begun_ns);
        point.fixed(3, now_ns);
        point.fixed(4, self.count as u64);
        point.double(5, self.value);
        // Here each bucket has its own, there those of all before it, too.
        let before = std::iter::once(0.0).chain(self.buckets.iter().map(|(_, count)| *count));
        let own: Vec<u64> =
            self.buckets.iter().zip(before).map(|((_, count), before)| (count - before) as u64).collect();
        point.packed(6, own.into_iter());
        let edges: Vec<u64> =
            self.buckets.iter().filter(|(edge, _)| edge.is_finite()).map(|(edge, _)| edge.to_bits()).collect();
        point.packed(7, edges.into_iter());
        self.write_labels(point, 9);
    }

    fn write_labels(&self, point: &mut Message, field: u32) {
        for (name, value) in &self.labels {
            point.attribute(field, name, &Value::Text(value.clone()));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_to_prometheus_is_read_back() {
        let text = "# HELP took How long.\n# TYPE took histogram\n# UNIT took seconds\n\
            took_sum{route=\"/a,\\\"}\\\\\\n\"} 7.5\ntook_count{route=\"/a,\\\"}\\\\\\n\"} 3\n\
            took_bucket{le=\"0.5\",route=\"/a,\\\"}\\\\\\n\"} 1\ntook_bucket{le=\"+Inf\",route=\"/a,\\\"}\\\\\\n\"} 3\n\
            # HELP turns Replies.\n# TYPE turns counter\nturns_total{outcome=\"done\"} 4\nturns_total{outcome=\"failed\"} 1\n\
            # HELP silent Nothing yet.\n# TYPE silent counter\n# TYPE sockets gauge\nsockets 3.0\n# EOF\n";
        let families = read(text);
        assert_eq!(
            families.iter().map(|family| family.name.as_str()).collect::<Vec<_>>(),
            ["took", "turns", "sockets"]
        );
        let [took, turns, sockets] = families.try_into().unwrap();
        assert_eq!((took.kind, took.unit.as_str(), took.help.as_str()), (Kind::Histogram, "s", "How long."));
        let label = ("route".to_owned(), "/a,\"}\\\n".to_owned());
        let buckets = vec![(0.5, 1.0), (f64::INFINITY, 3.0)];
        assert_eq!(took.series, [Series { labels: vec![label], value: 7.5, count: 3.0, buckets }]);
        assert_eq!(turns.series.iter().map(|series| series.value).collect::<Vec<_>>(), [4.0, 1.0]);
        assert_eq!((sockets.kind, sockets.series[0].value), (Kind::Gauge, 3.0));
    }

    #[test]
    fn everything_that_this_process_tells_is_understood() {
        crate::metrics::turn_ended("done");
        crate::metrics::answered("GET", "/x", 200, std::time::Duration::from_millis(7));
        let level = crate::metrics::Level { name: "airis_sockets", help: "Open sockets", value: 3.0 };
        let text = crate::metrics::text(&[level], "1.2.3").unwrap();
        let families = read(&text);
        let told = text.lines().filter(|line| line.starts_with("# TYPE")).count();
        let silent = text.matches("# TYPE airis_telemetry_dropped ").count();
        assert!(families.len() >= told - silent && told >= 4, "{text}\n{families:?}");
        let took = families.iter().find(|family| family.kind == Kind::Histogram).unwrap();
        assert!(took.series.iter().all(|series| series.buckets.len() == 12 && series.count > 0.0), "{took:?}");
    }

    #[test]
    fn lines_that_say_nothing_are_left_out() {
        assert!(read("x 1\n{} 2\n# TYPE x gauge\nx{a=\"b 1\nx{a} 1\nx\ny 1\nx word\n").is_empty());
    }
}
