//! Files in real stores of objects, whose addresses come from `scripts/object-stores.sh`; without them these fail.

use std::collections::BTreeMap;
use std::path::Path;

use airis_files::{Bucket, Container, Encryption, Files, FilesError, GoogleBucket, GoogleCredentials, Tags};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn given(name: &str) -> String {
    std::env::var(name).expect("run the tests through scripts/object-stores.sh")
}

fn bucket(prefix: &str) -> Bucket {
    Bucket {
        name: "files".to_owned(),
        endpoint: Some(given("AIRIS_TEST_S3")),
        key: Some(("airis".to_owned(), given("AIRIS_TEST_OBJECT_KEY"))),
        prefix: prefix.to_owned(),
        ..Bucket::default()
    }
}

fn container() -> Container {
    Container {
        name: "files".to_owned(),
        endpoint: given("AIRIS_TEST_AZURE"),
        key: Some(given("AIRIS_TEST_OBJECT_KEY")),
    }
}

async fn kept(files: &Files, id: &str, name: &str, bytes: &[u8]) -> String {
    let mut incoming = files.receive().await.unwrap();
    for piece in bytes.chunks(1 << 20) {
        incoming.write(piece).await.unwrap();
    }
    files.keep(incoming.finish().await.unwrap(), id, name).await.unwrap()
}

/// What holds of every storage; places begin with `home`.
async fn keeps_files(files: Files, receiving: &Path, home: &str) {
    let place = kept(&files, "one", "Größe & 100 %.txt", b"Hello, world").await;
    assert_eq!(place, format!("{home}one_Größe & 100 %.txt"));
    assert_eq!(files.size(&place).await.unwrap(), 12);
    assert_eq!(files.whole(&place, 12).await.unwrap(), b"Hello, world");
    assert_eq!(part(&files, &place, 7, 3).await, b"wor");
    // The same file in the rows of a server that kept it in a folder.
    assert_eq!(files.size("/app/data/uploads/one_Größe & 100 %.txt").await.unwrap(), 12);

    // More than one part.
    let large: Vec<u8> = (0..20_000_000_u32).map(|number| (number % 251) as u8).collect();
    let many = kept(&files, "two", "large.bin", &large).await;
    assert!(files.whole(&many, 20_000_000).await.unwrap() == large);
    assert_eq!(part(&files, &many, 8_388_000, 1_000).await, &large[8_388_000..8_389_000]);
    assert_eq!(std::fs::read_dir(receiving).unwrap().count(), 0, "nothing stays in the folder");

    for place in [place, many] {
        files.remove(&place).await.unwrap();
        files.remove(&place).await.unwrap();
        assert!(matches!(files.size(&place).await, Err(FilesError::Gone)), "{place}");
        assert!(matches!(files.read(&place, 0, 1).await.err(), Some(FilesError::Gone)), "{place}");
    }
    for place in ["", "/", "..", "a/..", "a\0b"] {
        assert!(matches!(files.size(place).await, Err(FilesError::Gone)), "{place:?}");
    }
}

async fn part(files: &Files, place: &str, start: u64, length: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    files.read(place, start, length).await.unwrap().read_to_end(&mut bytes).await.unwrap();
    bytes
}

/// Files that cannot be reached are not taken for files that are gone.
async fn is_unreachable(files: Files) {
    assert!(matches!(files.size("one_a.txt").await, Err(FilesError::Io(_))));
    let mut incoming = files.receive().await.unwrap();
    incoming.write(b"lost?").await.unwrap();
    let received = incoming.finish().await.unwrap();
    assert!(matches!(files.keep(received, "one", "a.txt").await, Err(FilesError::Io(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_of_s3_keeps_files() {
    let folder = tempfile::tempdir().unwrap();
    keeps_files(Files::s3(&bucket(""), folder.path()).unwrap(), folder.path(), "s3://files/").await;
    keeps_files(Files::s3(&bucket("deep/down/"), folder.path()).unwrap(), folder.path(), "s3://files/deep/down/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_of_azure_keeps_files() {
    let folder = tempfile::tempdir().unwrap();
    let home = format!("{}/files/", given("AIRIS_TEST_AZURE"));
    keeps_files(Files::azure(&container(), folder.path()).unwrap(), folder.path(), &home).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_of_google_keeps_files() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = GoogleBucket {
        name: "files".to_owned(),
        credentials: GoogleCredentials::Machine,
        emulator: Some(given("AIRIS_TEST_GCS")),
    };
    keeps_files(Files::google(&bucket, folder.path()).unwrap(), folder.path(), "gs://files/").await;
}

/// The headers with which a bucket puts an object, by their names: those of a server that writes down what it is asked, as
/// not every one that speaks like S3 keeps tags or knows keys.
async fn put_with(bucket: Bucket, tags: &Tags) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Some(format!("http://{}", listener.local_addr().unwrap()));
    let files = Files::s3(&Bucket { endpoint, ..bucket }, folder.path()).unwrap();
    let mut incoming = files.receive().await.unwrap();
    incoming.write(b"Hello").await.unwrap();
    let received = incoming.finish().await.unwrap();
    let tags = tags.clone();
    let kept = tokio::spawn(async move { files.keep_tagged(received, "one", "a.txt", &tags).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut asked = Vec::new();
    while !asked.ends_with(b"Hello") {
        assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0, "the request broke off");
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\netag: \"a\"\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    kept.await.unwrap().unwrap();
    let asked = String::from_utf8(asked).unwrap();
    asked.lines().filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.into(), value.into())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_s3_says_whose_it_is_where_that_is_wanted() {
    let tags = Tags::new([("OpenWebUI-User-Name", "Ada <Lovelace>"), ("OpenWebUI-File-Id", "one")]);
    for tagging in [true, false] {
        let told = put_with(Bucket { tagging, ..bucket("") }, &tags).await;
        let wanted = "OpenWebUI-User-Name=Ada+Lovelace&OpenWebUI-File-Id=one";
        assert_eq!(told.get("x-amz-tagging").map(String::as_str), tagging.then_some(wanted), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_s3_is_encrypted_as_the_operator_says() {
    let key = Some("arn:aws:kms:eu-west-1:1:key/abc".to_owned());
    for (encryption, wanted) in [
        (None, [None, None, None]),
        (Some(Encryption::Own), [Some("AES256"), None, None]),
        (Some(Encryption::Kms { key: None, bucket_key: false }), [Some("aws:kms"), None, None]),
        (Some(Encryption::Kms { key: key.clone(), bucket_key: true }), [Some("aws:kms"), key.as_deref(), Some("true")]),
    ] {
        let told = put_with(Bucket { encryption, ..bucket("") }, &Tags::default()).await;
        let names = ["", "-aws-kms-key-id", "-bucket-key-enabled"];
        let found = names.map(|name| told.get(&format!("x-amz-server-side-encryption{name}")).map(String::as_str));
        assert_eq!(found, wanted);
        let signed = &told["authorization"];
        assert_eq!(signed.contains("x-amz-server-side-encryption"), wanted[0].is_some(), "it is signed, too: {signed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_another_key_or_finds_nobody_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let key = || "d3Jvbmc=".to_owned();
    let mistaken = Bucket { key: Some(("airis".to_owned(), key())), ..bucket("") };
    is_unreachable(Files::s3(&mistaken, folder.path()).unwrap()).await;
    let mistaken = Container { key: Some(key()), ..container() };
    is_unreachable(Files::azure(&mistaken, folder.path()).unwrap()).await;
    let nobody = Bucket { endpoint: Some("http://127.0.0.1:9".to_owned()), ..bucket("") };
    is_unreachable(Files::s3(&nobody, folder.path()).unwrap()).await;
    let credentials = GoogleCredentials::Machine;
    let nobody = GoogleBucket { name: "files".to_owned(), credentials, emulator: Some("127.0.0.1:9".to_owned()) };
    is_unreachable(Files::google(&nobody, folder.path()).unwrap()).await;
}

#[test]
fn an_account_of_google_is_read_before_it_is_used() {
    for text in ["{}", "no JSON", r#"{"client_email": "a", "private_key": "secret", "token_uri": "http://h"}"#] {
        let credentials = GoogleCredentials::Account(text.to_owned());
        let bucket = GoogleBucket { name: "files".to_owned(), credentials, emulator: None };
        let Some(FilesError::Io(error)) = Files::google(&bucket, Path::new(".")).err() else { unreachable!("{text}") };
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
