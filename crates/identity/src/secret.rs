//! The secret that signs sessions, kept in the data folder when the operator gives none.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::RngCore;

const FILE: &str = ".webui_secret_key";

/// Reads the kept secret or makes one (32 random bytes in hex, file mode 0600). Two processes that start at once end
/// up with the same one: only one can create the file.
pub fn load_or_create_secret(data_dir: &Path) -> io::Result<String> {
    if let Some(kept) = kept_secret(data_dir)? {
        return Ok(kept);
    }
    let path = data_dir.join(FILE);
    if path.exists() {
        // An empty one.
        fs::remove_file(&path)?;
    }
    fs::create_dir_all(data_dir)?;
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let secret = hex::encode(bytes);
    // Written aside and linked into place, so that nobody can read a half-written secret.
    let aside = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, &path);
    fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(fs::read_to_string(&path)?.trim().to_owned()),
        Err(error) => Err(error),
    }
}

/// The kept secret, if there is one.
pub fn kept_secret(data_dir: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(data_dir.join(FILE)) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_secret_stays_the_same_and_is_private() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("airis-secret-{}", std::process::id()));
        assert_eq!(kept_secret(&folder)?, None);
        let first = load_or_create_secret(&folder)?;
        assert_eq!(kept_secret(&folder)?.as_ref(), Some(&first));
        assert_eq!(first.len(), 64);
        assert_eq!(load_or_create_secret(&folder)?, first);
        assert_eq!(fs::metadata(folder.join(FILE))?.permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(folder)
    }
}
