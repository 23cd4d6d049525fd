//! The set-up of a run: the build, the databases, and who asks.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tidings_server::seed::{Landmarks, Size, landmarks};

use crate::machine;
use crate::out::note;
use crate::postgres::Postgres;
use crate::server::{Place, Tidings, build};

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub(crate) enum Kind {
    /// A SQLite file.
    Sqlite,
    /// A private PostgreSQL.
    Postgres,
}

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Rounds of (ours, limit).
    pub(crate) rounds: usize,
    /// One slice of a round.
    pub(crate) slice: Duration,
}

/// A seeding that was timed.
#[derive(Clone, Debug)]
pub(crate) struct Seeding {
    /// Into which database.
    pub(crate) database: &'static str,
    /// How large.
    pub(crate) size: Size,
    /// Seconds of the command.
    pub(crate) seconds: f64,
}

/// Everything that the measurements stand on. Dropping it ends and deletes what it made.
#[derive(Debug)]
pub(crate) struct Work {
    /// The product.
    pub(crate) tidings: Tidings,
    /// The profile's size.
    pub(crate) size: Size,
    /// How long and how often.
    pub(crate) pace: Pace,
    /// Open sockets at most, in one process.
    pub(crate) open_files: u64,
    /// Seedings of this run.
    pub(crate) seedings: Vec<Seeding>,
    places: HashMap<(Kind, String), Place>,
    // Fields are dropped in this order: the server, then its folder.
    postgres: Option<Postgres>,
    root: Root,
}

/// The folder of a run: thrown away, or kept for the next one.
#[derive(Debug)]
struct Root {
    path: PathBuf,
    kept: bool,
}

impl Root {
    fn make(keep: Option<PathBuf>) -> Result<Self> {
        let kept = keep.is_some();
        let name = format!("tidings-bench-{}", std::process::id());
        let path = keep.unwrap_or_else(|| std::env::temp_dir().join(name));
        if kept {
            fs::create_dir_all(&path)?;
        } else {
            fs::create_dir(&path)?;
        }
        // PostgreSQL runs as another account when we are root, and must get at its own folder.
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755))?;
        let path = fs::canonicalize(path)?;
        Ok(Self { path, kept })
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if !self.kept {
            let _best_effort = fs::remove_dir_all(&self.path);
        }
    }
}

impl Work {
    /// Builds the product if need be and makes a folder.
    pub(crate) fn begin(
        size: Size,
        pace: Pace,
        keep: Option<PathBuf>,
        program: Option<PathBuf>,
    ) -> Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let program = match program {
            Some(program) => fs::canonicalize(program).context("--tidings")?,
            None => build(&workspace)?,
        };
        let root = Root::make(keep)?;
        let pinned = machine::pins();
        if pinned {
            machine::pin_client()?;
        } else {
            note("one core, or no taskset: servers and client share what there is");
        }
        Ok(Self {
            tidings: Tidings {
                program,
                folder: root.path.clone(),
                pinned,
            },
            size,
            pace,
            open_files: machine::open_files()?,
            seedings: Vec::new(),
            places: HashMap::new(),
            postgres: None,
            root,
        })
    }

    /// A database that holds nothing yet.
    pub(crate) async fn empty(&mut self, kind: Kind, name: &str) -> Result<Place> {
        match kind {
            Kind::Sqlite => Ok(Place {
                url: format!("sqlite:{}", self.file(name).display()),
                postmaster: None,
            }),
            Kind::Postgres => {
                self.sql(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .await?;
                self.sql(&format!("CREATE DATABASE {name}")).await?;
                self.on_postgres(name)
            }
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.root.path.join(format!("{name}.db"))
    }

    fn on_postgres(&mut self, name: &str) -> Result<Place> {
        let postgres = self.postgres()?;
        Ok(Place {
            url: postgres.url(name),
            postmaster: Some(postgres.pid()),
        })
    }

    fn postgres(&mut self) -> Result<&Postgres> {
        if self.postgres.is_none() {
            let folder = self.root.path.join("postgres");
            self.postgres = Some(Postgres::start(&folder, self.tidings.pinned)?);
        }
        self.postgres.as_ref().context("PostgreSQL runs")
    }

    async fn postgres_at(&mut self, database: &str) -> Result<PgConnection> {
        let url = self.postgres()?.url(database);
        let options: PgConnectOptions = url.parse()?;
        Ok(options.connect().await?)
    }

    async fn sql(&mut self, sql: &str) -> Result<()> {
        let mut connection = self.postgres_at("postgres").await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await?;
        Ok(connection.close().await?)
    }

    /// A seeded database of this size: made once in a run, or found where it was kept.
    pub(crate) async fn seeded(&mut self, kind: Kind, size: Size) -> Result<Place> {
        let name = format!("seeded_{}_{}_{}", size.clients, size.threads, size.messages);
        let key = (kind, name.clone());
        if let Some(place) = self.places.get(&key) {
            return Ok(place.clone());
        }
        let mark = self.root.path.join(format!("{name}.{kind:?}"));
        let place = if mark.is_file() && kind == Kind::Sqlite {
            self.kept(&name)
        } else if mark.is_file() {
            self.on_postgres(&name)?
        } else {
            let place = self.empty(kind, &name).await?;
            self.seed(&place, size).await?;
            if kind == Kind::Postgres {
                let mut connection = self.postgres_at(&name).await?;
                sqlx::raw_sql("VACUUM (ANALYZE)")
                    .execute(&mut connection)
                    .await?;
                sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await?;
                connection.close().await?;
            }
            fs::write(mark, "")?;
            place
        };
        self.places.insert(key, place.clone());
        Ok(place)
    }

    fn kept(&self, name: &str) -> Place {
        Place {
            url: format!("sqlite:{}", self.file(name).display()),
            postmaster: None,
        }
    }

    /// A copy of a seeded database that nobody has open, to write into.
    pub(crate) async fn copy(&mut self, kind: Kind, size: Size, name: &str) -> Result<Place> {
        let source = self.seeded(kind, size).await?;
        let from = source.url.rsplit(['/', ':']).next().unwrap_or_default();
        match kind {
            Kind::Sqlite => {
                let from = self.root.path.join(from);
                let to = self.file(name);
                for file in ["-wal", "-shm"] {
                    let _not_there = fs::remove_file(format!("{}{file}", to.display()));
                }
                checkpoint(&source.url).await?;
                fs::copy(from, to)?;
                Ok(self.kept(name))
            }
            Kind::Postgres => {
                self.sql(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .await?;
                let create = format!("CREATE DATABASE {name} TEMPLATE {from}");
                // A server that has just been ended may have connections there still.
                for _ in 0..50 {
                    if self.sql(&create).await.is_ok() {
                        return self.on_postgres(name);
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                self.sql(&create).await?;
                self.on_postgres(name)
            }
        }
    }

    async fn seed(&mut self, place: &Place, size: Size) -> Result<()> {
        note(&format!(
            "seeding {} with {} threads",
            place.kind(),
            size.threads
        ));
        let numbers =
            [size.clients, size.staff, size.threads, size.messages].map(|n| n.to_string());
        let names = ["--clients", "--staff", "--threads", "--messages"];
        let mut words = vec!["seed"];
        for (name, number) in names.iter().zip(&numbers) {
            words.extend([name, number.as_str()]);
        }
        let begun = Instant::now();
        let mut command = self.tidings.command(&place.url, &words, false);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let output = command.spawn()?.wait_with_output();
        let output = tokio::time::timeout(Duration::from_mins(30), output).await;
        let output = output.context("seeding takes too long")??;
        if !output.status.success() {
            bail!(
                "seeding failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        self.seedings.push(Seeding {
            database: place.kind(),
            size,
            seconds: begun.elapsed().as_secs_f64(),
        });
        Ok(())
    }

    /// Who is worth measuring with in the database of a size.
    pub(crate) fn landmarks(size: &Size) -> Result<Landmarks> {
        Ok(landmarks(size)?)
    }
}

/// Moves what is still in SQLite's log into the file, so that the file is all there is.
async fn checkpoint(url: &str) -> Result<()> {
    let mut connection = SqliteConnectOptions::from_str(url)?.connect().await?;
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}
