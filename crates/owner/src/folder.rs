//! The folder of keys: one owner at a time, whole files or none, readable by nobody else.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// How long another process's turn may last; most take milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A folder of keys, held against other processes until this is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _held: File,
}

/// Why a file of the folder could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("{} is missing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// There is such a file already, and it must not be replaced.
    #[error("{} exists already and is not overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold what it should.
    #[error("{} is damaged or of another version", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds the folder.
    #[error("another program is at work in {}; try again when it is done", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot read or write {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Folder {
    /// Makes the folder if it is missing, and holds it.
    pub(crate) fn make(path: &Path) -> Result<Self, FileError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|source| io_error(path, source))?;
        Self::hold(path)
    }

    /// Holds a folder; waits a moment while another process does.
    pub(crate) fn hold(path: &Path) -> Result<Self, FileError> {
        Self::hold_within(path, PATIENCE)
    }

    fn hold_within(path: &Path, patience: Duration) -> Result<Self, FileError> {
        let lock = path.join("lock");
        let held = File::options().create(true).append(true).open(&lock);
        let held = held.map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => FileError::Missing { path: path.to_owned() },
            _ => io_error(&lock, source),
        })?;
        let until = Instant::now() + patience;
        while let Err(refused) = held.try_lock() {
            match refused {
                TryLockError::WouldBlock if Instant::now() < until => thread::sleep(LOOK_AGAIN),
                TryLockError::WouldBlock => return Err(FileError::Busy { path: path.to_owned() }),
                TryLockError::Error(source) => return Err(io_error(&lock, source)),
            }
        }
        Ok(Self { path: path.to_owned(), _held: held })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn malformed(&self, name: &str) -> FileError {
        FileError::Malformed { path: self.path(name) }
    }

    pub(crate) fn refuse_existing(&self, name: &str) -> Result<(), FileError> {
        let path = self.path(name);
        match path.try_exists() {
            Ok(false) => Ok(()),
            Ok(true) => Err(FileError::Exists { path }),
            Err(source) => Err(io_error(&path, source)),
        }
    }

    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, FileError> {
        self.read_if_present(name)?.ok_or_else(|| FileError::Missing { path: self.path(name) })
    }

    pub(crate) fn read_if_present(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error(&path, source)),
        }
    }

    /// Writes a whole file; a crash leaves the old one or the new one.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path(name);
        let written = self.write_beside(&path, bytes)?;
        written.persist(&path).map_err(|refused| io_error(&path, refused.error))?;
        self.sync()
    }

    /// Writes a whole file unless there is one.
    pub(crate) fn write_new(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path(name);
        let written = self.write_beside(&path, bytes)?;
        written.persist_noclobber(&path).map_err(|refused| match refused.error.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists { path: path.clone() },
            _ => io_error(&path, refused.error),
        })?;
        self.sync()
    }

    /// A temporary file is readable by its owner only, whatever the umask, and keeps that when renamed.
    fn write_beside(&self, path: &Path, bytes: &[u8]) -> Result<NamedTempFile, FileError> {
        let write = || {
            let mut file = NamedTempFile::new_in(&self.path)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        write().map_err(|source| io_error(path, source))
    }

    /// The rename itself lasts only when the folder is on the disk too.
    fn sync(&self) -> Result<(), FileError> {
        #[cfg(unix)]
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| io_error(&self.path, source))?;
        Ok(())
    }
}

fn io_error(path: &Path, source: io::Error) -> FileError {
    FileError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn files_are_readable_by_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;

        let place = tempfile::tempdir().unwrap();
        let folder = Folder::make(&place.path().join("keys")).unwrap();
        folder.write_new("new", b"1").unwrap();
        folder.replace("replaced", b"1").unwrap();
        folder.replace("replaced", b"2").unwrap();
        for name in ["new", "replaced"] {
            assert_eq!(fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::metadata(&folder.path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(folder.read("replaced").unwrap(), b"2");
    }

    #[test]
    fn a_file_that_must_not_be_overwritten_stays_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::make(place.path()).unwrap();
        folder.write_new("root", b"first").unwrap();
        assert!(matches!(folder.write_new("root", b"second"), Err(FileError::Exists { .. })));
        assert!(matches!(folder.refuse_existing("root"), Err(FileError::Exists { .. })));
        assert_eq!(folder.read("root").unwrap(), b"first");
    }

    #[test]
    fn nothing_is_left_beside_a_written_file() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::make(place.path()).unwrap();
        folder.replace("a", b"1").unwrap();
        assert!(folder.write_new("a", b"2").is_err());
        let mut names: Vec<_> =
            fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "lock"]);
    }

    #[test]
    fn a_folder_is_held_by_one_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::make(place.path()).unwrap();
        let second = Folder::hold_within(place.path(), Duration::ZERO);
        assert!(matches!(second, Err(FileError::Busy { path }) if path == place.path()));
        drop(first);
        Folder::hold_within(place.path(), Duration::ZERO).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let place = tempfile::tempdir().unwrap();
        let missing = place.path().join("keys");
        let refused = Folder::hold(&missing).unwrap_err();
        assert!(matches!(refused, FileError::Missing { path } if path == missing));
    }
}
