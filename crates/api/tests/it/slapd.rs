//! A real directory server with an authority of its own, gone with this value.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use ldap3::{LdapConnAsync, LdapConnSettings};

const CONF: &str = "\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile FOLDER/pid
TLSCACertificateFile FOLDER/ca.pem
TLSCertificateFile FOLDER/server.pem
TLSCertificateKeyFile FOLDER/server.key
database mdb
suffix dc=x
rootdn cn=app,dc=x
rootpw app-password
directory FOLDER/db
overlay memberof
";

pub struct Slapd {
    folder: tempfile::TempDir,
    child: Child,
    pub port: u16,
    /// The port where TLS begins at once.
    pub tls_port: u16,
}

impl Slapd {
    /// Starts with Ada (`uid=ada`, password `ada-password`), Bob without an email, two people with one name, and the
    /// groups `Staff` (Ada) and `R\, D` (Ada, Bob).
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificates(folder.path());
        std::fs::create_dir(folder.path().join("db")).unwrap();
        let conf = folder.path().join("slapd.conf");
        std::fs::write(&conf, CONF.replace("FOLDER", folder.path().to_str().unwrap())).unwrap();
        let (port, tls_port) = (free_port(), free_port());
        let child = Command::new("/usr/sbin/slapd")
            .args(["-h", &format!("ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"), "-d", "0", "-f"])
            .arg(&conf)
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("slapd is needed (Debian: slapd): {error}"));
        let server = Self { folder, child, port, tls_port };
        server.fill().await;
        server
    }

    /// The file with the authority that vouches for the server.
    pub fn authority(&self) -> String {
        self.folder.path().join("ca.pem").to_str().unwrap().to_owned()
    }

    async fn fill(&self) {
        let url = format!("ldap://127.0.0.1:{}", self.port);
        let mut connected = None;
        for _ in 0..600 {
            match LdapConnAsync::with_settings(LdapConnSettings::new(), &url).await {
                Ok(pair) => {
                    connected = Some(pair);
                    break;
                }
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            }
        }
        let (connection, mut ldap) = connected.unwrap_or_else(|| panic!("slapd did not start"));
        let line = tokio::spawn(async move { connection.drive().await });
        ldap.simple_bind("cn=app,dc=x", "app-password").await.unwrap().success().unwrap();
        let person = |uid: &str, cn: &str, more: &[(&'static str, &str)]| {
            let mut attributes = vec![
                ("objectClass".to_owned(), "inetOrgPerson".to_owned()),
                ("uid".to_owned(), uid.to_owned()),
                ("cn".to_owned(), cn.to_owned()),
                ("sn".to_owned(), cn.to_owned()),
                ("userPassword".to_owned(), format!("{uid}-password")),
            ];
            attributes.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            attributes
        };
        let group = |name: &str, people: &[&str]| {
            let mut attributes =
                vec![("objectClass".to_owned(), "groupOfNames".to_owned()), ("cn".to_owned(), name.to_owned())];
            attributes.extend(people.iter().map(|uid| ("member".to_owned(), format!("uid={uid},ou=people,dc=x"))));
            attributes
        };
        let unit = |name: &str| {
            vec![("objectClass".to_owned(), "organizationalUnit".to_owned()), ("ou".to_owned(), name.to_owned())]
        };
        for (dn, attributes) in [
            ("dc=x", vec![("objectClass".to_owned(), "domain".to_owned()), ("dc".to_owned(), "x".to_owned())]),
            ("ou=people,dc=x", unit("people")),
            ("ou=groups,dc=x", unit("groups")),
            ("ou=more,ou=people,dc=x", unit("more")),
            (
                "uid=ada,ou=people,dc=x",
                person("ada", "Ada Lövelace", &[("mail", "Ada@X.example"), ("mail", "b@x.example")]),
            ),
            ("uid=bob,ou=people,dc=x", person("bob", "Bob", &[])),
            ("uid=two,ou=people,dc=x", person("two", "Two", &[("mail", "two@x.example")])),
            ("uid=two,ou=more,ou=people,dc=x", person("two", "Two", &[("mail", "other@x.example")])),
            ("cn=Staff,ou=groups,dc=x", group("Staff", &["ada"])),
            ("cn=R\\, D,ou=groups,dc=x", group("R, D", &["ada", "bob"])),
        ] {
            let mut gathered: Vec<(String, std::collections::HashSet<String>)> = Vec::new();
            for (name, value) in attributes {
                match gathered.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, values)) => {
                        values.insert(value);
                    }
                    None => gathered.push((name, [value].into())),
                }
            }
            ldap.add(dn, gathered).await.unwrap().success().unwrap();
        }
        ldap.unbind().await.unwrap();
        line.abort();
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An authority, and a certificate for `localhost` that it vouches for.
fn certificates(folder: &Path) {
    std::fs::write(folder.join("ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    let run = |arguments: &str| {
        let output = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output();
        let output = output.unwrap_or_else(|error| panic!("openssl is needed: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    run(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"));
    run(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    run("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.pem");
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
