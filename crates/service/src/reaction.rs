//! Reactions to messages.

use serde::Serialize;
use tidings_domain::{ClientId, Emoji, Event, MessageId, Principal, UserErrorCode, limits};
use tidings_policy::{Viewer, write_block};
use tidings_store::{ReactionCounts, ReactionModel};

use crate::context::{Begin, Service};
use crate::error::{Error, Result};
use crate::message::{about, author, facts, lock_message};
use crate::message_edit::Touched;

/// What is done with a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reacting {
    /// Put it, if it is not there.
    Add,
    /// Take it back, if it is there.
    Remove,
    /// The one or the other.
    Toggle,
}

/// A reaction to a message.
#[derive(Clone, Debug, Serialize)]
pub struct React {
    /// To which message.
    pub message: MessageId,
    /// With what.
    pub emoji: String,
    /// For whom a portal account reacts: needed where several of its clients are in a group.
    pub acting_for: Option<ClientId>,
}

impl Reacting {
    fn operation(self) -> &'static str {
        match self {
            Self::Add => "addReaction",
            Self::Remove => "removeReaction",
            Self::Toggle => "toggleReaction",
        }
    }

    /// Whether the reaction is to stand there in the end.
    fn wanted(self, own: bool) -> bool {
        match self {
            Self::Add => true,
            Self::Remove => false,
            Self::Toggle => !own,
        }
    }
}

impl Service {
    /// Puts a reaction to a message or takes it back (P-35, P-36): one for each viewer, emoji and
    /// message. The thread's lock puts toggles in an order: an even number of them leaves what was
    /// there.
    ///
    /// To react is to answer: whoever cannot write into the thread cannot react in it, with the
    /// code of [`write_block`]. Refused with `EMOJI_NOT_ALLOWED` for anything but one emoji, and with
    /// `TOO_MANY_REACTIONS` behind the bounds of a message and of a viewer's minute.
    pub async fn react(
        &self,
        viewer: &Viewer,
        key: &str,
        reacting: Reacting,
        input: React,
    ) -> Result<Touched> {
        let write = match self
            .begin(viewer, key, reacting.operation(), &input)
            .await?
        {
            Begin::Done(touched) => return Ok(touched),
            Begin::New(write) => write,
        };
        let (thread, message) = lock_message(&write, viewer, input.message).await?;
        let facts = facts(&write, viewer, &thread).await?;
        if let Some(code) = write_block(viewer, &facts) {
            return Err(Error::refused(code, &["messageId"]));
        }
        let author = author(viewer, &facts, input.acting_for)?;
        let emoji = Emoji::parse(&input.emoji)
            .ok_or_else(|| Error::refused(UserErrorCode::EmojiNotAllowed, &["emoji"]))?;
        let counts = write.tx.reaction_counts(viewer, message.id, emoji).await?;
        let (me, wanted) = (viewer.principal(), reacting.wanted(counts.own));
        if wanted != counts.own {
            let pace = write.tx.count_reaction(me, write.now).await?;
            if pace > limits::MAX_REACTIONS_PER_MINUTE || (wanted && full(counts)) {
                let code = UserErrorCode::TooManyReactions;
                return Err(Error::refused(code, &["messageId"]));
            }
            if wanted {
                let reaction = ReactionModel {
                    message_id: message.id,
                    emoji: emoji.as_str().to_owned(),
                    principal_id: me.uuid(),
                    principal_kind: me.kind(),
                    client_id: match author {
                        Principal::Client(client) => Some(client),
                        Principal::Staff(_) | Principal::Account(_) => None,
                    },
                    created_at: write.now,
                };
                write.tx.insert_reaction(&reaction).await?;
            } else {
                write.tx.delete_reaction(message.id, emoji, me).await?;
            }
            let event = Event::ReactionChanged {
                message: message.id,
                by: me,
            };
            write.emit(about(&thread), event).await?;
        }
        write
            .commit(Touched {
                message: message.id,
            })
            .await
    }
}

/// Whether the message takes no reaction more.
fn full(counts: ReactionCounts) -> bool {
    counts.all >= limits::MAX_REACTIONS_PER_MESSAGE
        || (counts.of_emoji == 0 && counts.emoji >= limits::MAX_EMOJI_PER_MESSAGE)
}
