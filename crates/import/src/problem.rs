//! What is wrong with a file: where, and with which consequence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// Worth knowing and usual; does not count against a strict import.
    Notice,
    /// A line, or a part of one, was left out.
    Problem,
    /// The whole set is refused.
    Fatal,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $severity:ident, $text:literal;)+) => {
        /// What is wrong. Stable: a code is never given another meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)+
        }

        impl ProblemCode {
            /// Every code, in the order in which documents list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as answers and documents write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What it does to the import.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// A sentence for people. It carries nothing out of the file.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

problems! {
    /// A file cannot be read at all.
    Unreadable = "UNREADABLE", Fatal, "The file cannot be read: it is broken off, damaged or locked.";
    /// More than the bounds allow, or a compressed file that unfolds beyond reason.
    TooLarge = "TOO_LARGE", Fatal, "The files unfold to more than is taken.";
    /// Nothing of this format is there.
    NoFiles = "NO_FILES", Fatal, "There are no files of this format.";
    /// A file that the format demands.
    MissingFile = "MISSING_FILE", Fatal, "This file is missing.";
    /// Two files of one name.
    DuplicateFile = "DUPLICATE_FILE", Fatal, "This file is there twice.";
    /// A column that is needed.
    MissingColumn = "MISSING_COLUMN", Fatal, "This column is missing.";
    /// A version that nobody here knows.
    UnknownVersion = "UNKNOWN_VERSION", Fatal, "This version of the format is not known here.";
    /// Several organizations for one agency.
    OrganizationRequired = "ORGANIZATION_REQUIRED", Fatal,
        "The files hold several organizations: name the one whose part is to be taken.";
    /// The named organization is not in the files.
    OrganizationUnknown = "ORGANIZATION_UNKNOWN", Fatal, "The named organization is not in the files.";
    /// A line that is no record of its format.
    Malformed = "MALFORMED", Problem, "The line is malformed and was left out.";
    /// A line that is longer than any record.
    TooLong = "TOO_LONG", Problem, "The record is longer than is taken and was left out.";
    /// Text in another encoding.
    NotUtf8 = "NOT_UTF8", Problem, "The text is not UTF-8; the line was left out.";
    /// No id, or one that is no id.
    BadId = "BAD_ID", Problem, "The id is missing or malformed; the line was left out.";
    /// An id that was there before.
    DuplicateId = "DUPLICATE_ID", Problem, "The id was there before; the first record counts.";
    /// A name is missing or too long.
    BadName = "BAD_NAME", Problem, "The name is missing or too long; the record has one made of its id.";
    /// An address that is none.
    BadEmail = "BAD_EMAIL", Problem, "This is no e-mail address; the record has none.";
    /// A date that cannot be read.
    BadDate = "BAD_DATE", Problem, "This is no date; what hangs on it was left out.";
    /// An end that lies before its start.
    DateOrder = "DATE_ORDER", Problem, "The end lies before the start; the line was left out.";
    /// A value that the format does not have.
    BadValue = "BAD_VALUE", Problem, "This value is not one of the format; what hangs on it was left out.";
    /// A reference to a record that is not there.
    DanglingReference = "DANGLING_REFERENCE", Problem,
        "The record that this names is not there; what hangs on it was left out, or has a placeholder.";
    /// A conditional reference that fits several records.
    AmbiguousReference = "AMBIGUOUS_REFERENCE", Problem,
        "Several records fit this reference; what hangs on it was left out.";
    /// Nobody says to which agency a record belongs.
    NoAgency = "NO_AGENCY", Problem, "Nothing says to which agency the record belongs; it was left out.";
    /// A person of one agency beside a person of another.
    OtherAgency = "OTHER_AGENCY", Problem,
        "The two belong to different agencies, which share nothing; what hangs on it was left out.";
    /// The record was imported into another agency before.
    AgencyChanged = "AGENCY_CHANGED", Problem,
        "The record belongs to another agency since; it stays where it is and was left out.";
    /// A code that no line of the configuration maps to a role.
    UnmappedRole = "UNMAPPED_ROLE", Problem, "No role is configured for this code; it gives none.";
    /// A second guardian, or a client that has an account already.
    AccountTaken = "ACCOUNT_TAKEN", Problem, "Another account acts for this client; it stays.";
    /// A guardian without an address cannot be invited.
    NoEmail = "NO_EMAIL", Problem, "There is no e-mail address, so no account; the line was left out.";
    /// A user whom nothing but a reference names.
    PlaceholderUser = "PLACEHOLDER_USER", Notice,
        "This user is not in the files, as is usual: an inactive placeholder stands for them.";
    /// Names that are hashes.
    HashedNames = "HASHED_NAMES", Notice, "The names are hashes: clients are called by their ids.";
    /// A resource that is read by nobody here yet.
    NotTaken = "NOT_TAKEN", Notice, "Records of this kind are not taken.";
    /// Own roles stay.
    OwnRoles = "OWN_ROLES", Notice, "Nobody's import changes their own roles; yours stay as they are.";
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What.
    pub code: ProblemCode,
    /// In which file, without folders.
    pub file: String,
    /// In which line, from 1; none where it is about the file.
    pub line: Option<u64>,
    /// About which column or element, if about one.
    pub field: Option<String>,
}

impl Problem {
    /// A problem with a file.
    #[must_use]
    pub fn of_file(code: ProblemCode, file: &str) -> Self {
        Self {
            code,
            file: file.to_owned(),
            line: None,
            field: None,
        }
    }

    /// The same, about a field.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, " {field}")?;
        }
        write!(f, ": {} ({})", self.code.text(), self.code)
    }
}
