//! What is said in a video: its subtitles, in the languages that administrators prefer.

use airis_domain::Json;
use airis_outbound::{Answer, Call, Outbound, Url};
use serde_json::json;

use super::page::Page;
use super::refused;
use crate::extract::{Bounds, readable, verbatim};
use crate::state::Inner;
use crate::{Result, RetrievalError};

const PLACE: &str = "https://www.youtube.com";
/// Bytes of the largest answer; the page around a video is large.
const LARGEST: usize = 8 * 1024 * 1024;
/// The client that is told where subtitles are, and may fetch them without a browser's proof.
const CLIENT: (&str, &str) = ("ANDROID", "20.10.38");

/// The video that an address shows.
pub fn video(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    let mut parts = url.path_segments()?;
    let id = match host.trim_start_matches("www.") {
        "youtu.be" => parts.next()?.to_owned(),
        "youtube.com" | "m.youtube.com" | "music.youtube.com" | "youtube-nocookie.com" => match parts.next()? {
            "watch" => url.query_pairs().find(|(name, _)| name == "v")?.1.into_owned(),
            "embed" | "shorts" | "live" | "v" => parts.next()?.to_owned(),
            _ => return None,
        },
        _ => return None,
    };
    let sound = id.len() == 11 && id.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_".contains(sign));
    sound.then_some(id)
}

/// Whether an address shows a video that may have subtitles.
pub fn is_video(address: &str) -> bool {
    video(address).is_some()
}

impl Inner {
    /// The subtitles of a video as a page.
    pub async fn transcript(&self, address: &str, video: &str) -> Result<Page> {
        self.admits(&super::load::read(address)?)?;
        let languages = self.config.texts("rag.youtube_loader_language");
        let page = spoken(&self.outbound, PLACE, video, &languages, self.page_seconds()).await?;
        Ok(Page { url: address.to_owned(), ..page })
    }
}

async fn spoken(outbound: &Outbound, place: &str, video: &str, languages: &[String], seconds: u64) -> Result<Page> {
    let get = async |call: Call| {
        let call = call.header("accept-language", "en").within(seconds).at_most(LARGEST);
        outbound.fetch(call).await.and_then(Answer::ok).map_err(refused)
    };
    let page = get(Call::get(format!("{place}/watch?v={video}"))).await?.text();
    let key = page.split_once("\"INNERTUBE_API_KEY\":\"").and_then(|(_, rest)| rest.split('"').next());
    let key = key.ok_or_else(|| told("The video's page is not as it was; its subtitles cannot be found"))?;
    let client = json!({"clientName": CLIENT.0, "clientVersion": CLIENT.1});
    let question = json!({"context": {"client": client}, "videoId": video});
    let answer = get(Call::post(format!("{place}/youtubei/v1/player?key={key}")).json(&question)).await?;
    let answer = answer.json().map_err(refused)?;
    if let Some(why) = answer["playabilityStatus"]["reason"].as_str() {
        return Err(told(&format!("The video cannot be read: {why}")));
    }
    let tracks = answer.pointer("/captions/playerCaptionsTracklistRenderer/captionTracks").and_then(Json::as_array);
    let track = tracks.and_then(|tracks| preferred(tracks, languages));
    let track = track.ok_or_else(|| told("The video has no subtitles"))?;
    let at = track["baseUrl"].as_str().unwrap_or_default().replace("&fmt=srv3", "");
    if !at.starts_with(&format!("{place}/")) {
        return Err(told("The video's subtitles are somewhere else"));
    }
    let lines = lines(&get(Call::get(at)).await?.text())?;
    if lines.is_empty() {
        return Err(told("The video's subtitles are empty"));
    }
    let title = answer["videoDetails"]["title"].as_str().unwrap_or_default().to_owned();
    let language = track["languageCode"].as_str().unwrap_or_default().to_owned();
    Ok(Page { language, ..Page::of_text(String::new(), title, lines) })
}

fn told(text: &str) -> RetrievalError {
    RetrievalError::Refused(text.to_owned())
}

/// The first of these languages that there is, rather written by people than heard by a machine; otherwise any.
fn preferred<'a>(tracks: &'a [Json], languages: &[String]) -> Option<&'a Json> {
    let heard = |track: &Json| track["kind"] == "asr";
    let speaks = |track: &Json, language: &str| {
        let code = track["languageCode"].as_str().unwrap_or_default();
        code == language || code.split('-').next() == Some(language)
    };
    let in_language = |language: &String| {
        let found = || tracks.iter().filter(|track| speaks(track, language.trim()));
        found().find(|track| !heard(track)).or_else(|| found().next())
    };
    languages.iter().find_map(in_language).or_else(|| tracks.first())
}

/// Texts of `<text>` elements, each on a line of its own; their entities are written twice.
fn lines(subtitles: &str) -> Result<String> {
    let apart = subtitles.replace("</text>", "\n").replace("</p>", "\n");
    let once = verbatim(&apart, &mut Bounds::usual(apart.len()))?;
    let mut lines = Vec::new();
    for line in once.lines().map(str::trim).filter(|line| !line.is_empty()) {
        lines.push(if line.contains('&') {
            readable(line, &mut Bounds::usual(line.len()))?.text
        } else {
            line.to_owned()
        });
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn addresses_of_videos_are_known() {
        for address in [
            "https://www.youtube.com/watch?v=abc-DEF_123&t=5",
            "https://youtu.be/abc-DEF_123?si=x",
            "https://m.youtube.com/shorts/abc-DEF_123",
            "https://www.youtube-nocookie.com/embed/abc-DEF_123",
        ] {
            assert_eq!(video(address).as_deref(), Some("abc-DEF_123"), "{address}");
        }
        for address in
            ["https://youtube.com/", "https://evil.example/watch?v=abc-DEF_123", "https://youtu.be/../x", "x"]
        {
            assert_eq!(video(address), None, "{address}");
        }
    }

    /// Answers requests one after the other by the first part of an answer that their line contains.
    async fn server(answers: Vec<(&'static str, String)>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = format!("http://{}", listener.local_addr().unwrap());
        let own = place.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut piece = [0; 8192];
                let count = stream.read(&mut piece).await.unwrap();
                let asked = String::from_utf8_lossy(&piece[..count]).into_owned();
                let answer = answers.iter().find(|(part, _)| asked.contains(part)).map(|(_, answer)| answer.clone());
                let answer = answer.unwrap_or_default().replace("{place}", &own);
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", answer.len());
                stream.write_all(format!("{head}{answer}").as_bytes()).await.unwrap();
            }
        });
        place
    }

    async fn read(player: Json, languages: &[&str]) -> Result<Page> {
        let place = server(vec![
            ("GET /watch?v=abc-DEF_123 ", "<script>{\"INNERTUBE_API_KEY\":\"k1\"}</script>".to_owned()),
            ("POST /youtubei/v1/player?key=k1 ", player.to_string()),
            (
                "GET /api/timedtext?lang=de ",
                "<text start=\"0\">Es ist &amp;#39;blau&amp;#39;</text><text>und weit</text>".to_owned(),
            ),
            ("GET /api/timedtext?lang=en ", "<text start=\"0\">It is blue</text>".to_owned()),
        ])
        .await;
        let languages: Vec<String> = languages.iter().map(|language| (*language).to_owned()).collect();
        spoken(&Outbound::new(), &place, "abc-DEF_123", &languages, 5).await
    }

    fn player() -> Json {
        let track = |language: &str, kind: &str| {
            let at = format!("{{place}}/api/timedtext?lang={}&fmt=srv3", language.split('-').next().unwrap());
            json!({"baseUrl": at, "languageCode": language, "kind": kind})
        };
        json!({"videoDetails": {"title": "Sky"}, "captions": {"playerCaptionsTracklistRenderer": {"captionTracks":
            [track("en", "asr"), track("de-DE", "")]}}})
    }

    #[tokio::test]
    async fn subtitles_are_read_in_the_language_that_is_preferred() {
        let page = read(player(), &["fr", "de"]).await.unwrap();
        assert_eq!((page.title.as_str(), page.language.as_str()), ("Sky", "de-DE"));
        assert_eq!(page.text(), "Es ist 'blau'\nund weit");
        assert_eq!(read(player(), &["fr"]).await.unwrap().text(), "It is blue");
    }

    #[tokio::test]
    async fn what_cannot_be_read_says_why() {
        let mut elsewhere = player();
        elsewhere["captions"]["playerCaptionsTracklistRenderer"]["captionTracks"][0]["baseUrl"] =
            json!("http://169.254.169.254/");
        for (player, part) in [
            (json!({"playabilityStatus": {"reason": "Private video"}}), "Private video"),
            (json!({}), "no subtitles"),
            (elsewhere, "somewhere else"),
            (json!("nonsense"), "no subtitles"),
        ] {
            let error = read(player, &["en"]).await.unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
