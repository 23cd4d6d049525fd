//! The conversations of the demo. Fictional, and as ordinary as such conversations are.

use chrono::Duration;
use tidings_domain::{AudienceKind, ClientId, Lifecycle, StaffId, ThreadId, ThreadKind, TopicId};
use tidings_store::Batch;

use super::Times;
use crate::seed::cast::{account, agency, client, message, staff, thread, topic};
use crate::seed::talk::{Head, Talk, Voice};

use AudienceKind::{Administrative, Billing, Clinical};
use Step::{Pin, Read, Say};
use ThreadKind::{Broadcast, Direct, Internal, Team};

/// What happens, and how many minutes before the demo is made.
enum Step {
    Say(Voice, i64, &'static str),
    Read(Voice, i64),
    Pin(Voice),
}

struct Script {
    id: ThreadId,
    kind: ThreadKind,
    audience: Option<AudienceKind>,
    client: Option<ClientId>,
    /// The other clients of a broadcast.
    others: &'static [ClientId],
    topic: Option<TopicId>,
    subject: &'static str,
    archived: bool,
    /// The staff that the thread is addressed to; its author is listed anyway.
    to: &'static [StaffId],
    steps: &'static [Step],
}

const ELENA: Voice = Voice::Client(client::CLIENT, account::CLIENT);
const SAMUEL: Voice = Voice::Client(client::FIRST_CHILD, account::GUARDIAN);
const GRACE: Voice = Voice::Client(client::SECOND_CHILD, account::GUARDIAN);
const HARUTO: Voice = Voice::Client(client::SECOND_CLIENT, account::SECOND_CLIENT);
const MARISOL: Voice = Voice::Client(client::INACTIVE, account::INACTIVE_CLIENT);
const JAMAL: Voice = Voice::Client(client::OUTSIDER, account::OUTSIDER_CLIENT);
const AMINA: Voice = Voice::Staff(staff::CLINICIAN);
const DANIEL: Voice = Voice::Staff(staff::SECOND_CLINICIAN);
const INGRID: Voice = Voice::Staff(staff::SUPERVISOR);
const PRIYA: Voice = Voice::Staff(staff::CLINICAL_ADMIN);
const THOMAS: Voice = Voice::Staff(staff::PRACTICE_ADMIN);
const LUCIA: Voice = Voice::Staff(staff::SCHEDULER);
const WEI: Voice = Voice::Staff(staff::BILLER);
const NAOMI: Voice = Voice::Staff(staff::SCHEDULER_BILLER);
const BEATRIZ: Voice = Voice::Staff(staff::OUTSIDER);

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

const fn about(
    id: ThreadId,
    audience: AudienceKind,
    client: ClientId,
    topic: TopicId,
    subject: &'static str,
    steps: &'static [Step],
) -> Script {
    Script {
        id,
        kind: Direct,
        audience: Some(audience),
        client: Some(client),
        others: &[],
        topic: Some(topic),
        subject,
        archived: false,
        to: &[],
        steps,
    }
}

#[rustfmt::skip]
const SCRIPTS: &[Script] = &[
    Script { to: &[staff::CLINICIAN], ..about(thread::APPOINTMENT, Administrative, client::CLIENT, topic::APPOINTMENTS, "Moving my Thursday appointment", &[
        Say(ELENA, 2 * DAY, "Good morning! Something has come up at work this Thursday. Is there any chance to move my appointment to later in the day, or to Friday?"),
        Read(AMINA, 2 * DAY - 2 * HOUR),
        Say(LUCIA, 2 * DAY - 3 * HOUR, "Good morning, Elena. This is Lucía from the front desk. I can offer Thursday at 5:30 pm or Friday at 9:00 am. Which one works better for you?"),
        Say(ELENA, DAY, "Friday at 9:00 would be perfect, thank you."),
        Say(LUCIA, DAY - HOUR, "You are all set for Friday at 9:00 am. You will get a reminder the day before."),
        Say(ELENA, 3 * HOUR, "One more thing: is the entrance on Mill Street open that early?"),
    ]) },
    about(thread::INTAKE_FORMS, Administrative, client::SECOND_CLIENT, topic::FORMS, "Forms to complete", &[
        Say(THOMAS, 6 * DAY, "Hello Haruto, before your next visit we need the yearly update of your contact and consent forms. They take about ten minutes. Please tell us if you would rather fill them in here at the office."),
        Say(HARUTO, 5 * DAY, "Hello Thomas, I will do it this weekend. Is the emergency contact form part of it?"),
        Read(LUCIA, 5 * DAY - HOUR),
        Say(THOMAS, 4 * HOUR, "Yes, it is the last page. A name and a phone number are enough."),
    ]),
    Script { kind: Team, to: &[staff::SCHEDULER], ..about(thread::SCHOOL_LETTER, Administrative, client::FIRST_CHILD, topic::FORMS, "Letter for Samuel's school", &[
        Say(AMINA, 9 * DAY, "Dear Ruth, Samuel's school has asked for a letter that confirms his appointments. Lucía can prepare it once you have agreed. Is that all right with you?"),
        Say(SAMUEL, 8 * DAY, "Yes, that is fine. Please leave out the reason for the visits, only the dates and times."),
        Say(LUCIA, 7 * DAY, "Of course. The letter says only dates and times. It is ready for you at the front desk."),
        Read(AMINA, 7 * DAY - 2 * HOUR),
        Say(SAMUEL, 6 * DAY, "Thank you both, I picked it up this morning."),
        Read(AMINA, 6 * DAY - HOUR), Read(LUCIA, 6 * DAY - HOUR), Read(NAOMI, 5 * DAY),
    ]) },
    Script { kind: Broadcast, others: &[client::UNREGISTERED], ..about(thread::OFFICE_CLOSING, Administrative, client::CLIENT, topic::OFFICE, "Our office closes early on Friday", &[
        Say(THOMAS, 2 * DAY, "Dear clients, our office closes at 3:00 pm this Friday because of work on the heating. Appointments before that take place as planned. The emergency line is open as always."),
        Read(LUCIA, DAY),
    ]) },
    about(thread::WELCOME, Administrative, client::UNREGISTERED, topic::CONTACT_DETAILS, "Welcome to Harbor Lane", &[
        Say(LUCIA, 3 * DAY, "Dear Oskar, welcome! Once you have set up your account you can write to us here. Please check that we have your current phone number and address."),
    ]),
    about(thread::INVOICE, Billing, client::CLIENT, topic::INVOICES, "Your invoice of last month", &[
        Say(WEI, 12 * DAY, "Hello Elena, your invoice of last month is ready. The copay for three visits comes to $75. You can pay at the front desk or by card."),
        Say(ELENA, 11 * DAY, "Hello, I count only two visits last month, because the one on the 14th was cancelled. Could you check that please?"),
        Say(WEI, 10 * DAY, "You are right, and I am sorry about that. I have taken the third visit off. The new total is $50."),
        Read(NAOMI, 10 * DAY - HOUR),
        Say(ELENA, 9 * DAY, "Thank you, paid today."),
        Read(WEI, 9 * DAY - 3 * HOUR),
    ]),
    Script { to: &[staff::CLINICIAN], ..about(thread::INSURANCE_CARD, Billing, client::FIRST_CHILD, topic::INSURANCE, "New insurance card for Samuel", &[
        Say(SAMUEL, DAY, "Hello, we have changed our insurance. Samuel's new card came today. Where should I send the member number?"),
        Say(NAOMI, 20 * HOUR, "Hello Ruth, please bring the card on your next visit, then we scan both sides. Until then the old plan stays on file and nothing changes for you."),
        Say(SAMUEL, 2 * HOUR, "Good, I will bring it on Monday. The new plan begins on the first of next month, in case that matters."),
    ]) },
    about(thread::PAYMENT_PLAN, Billing, client::SECOND_CLIENT, topic::PAYMENT_PLANS, "Your payment plan", &[
        Say(NAOMI, 4 * DAY, "Hello Haruto, as you asked by phone: your balance can be paid in four monthly parts of $60. The first would be due on the 15th. Shall I set it up?"),
        Say(HARUTO, 3 * DAY, "Yes please, the 15th works well for me."),
        Say(NAOMI, 90, "It is set up. You will see each payment on your statement, and you can pay off the rest at any time."),
        Read(WEI, 30),
    ]),
    Script { archived: true, ..about(thread::LAST_STATEMENT, Billing, client::INACTIVE, topic::INVOICES, "Your last statement", &[
        Say(WEI, 70 * DAY, "Hello Marisol, this is your last statement from us: everything is paid, and nothing is open."),
        Say(MARISOL, 69 * DAY, "Thank you, I will keep it for my taxes."),
        Read(WEI, 68 * DAY),
    ]) },
    Script { to: &[staff::CLINICIAN], ..about(thread::SLEEP, Clinical, client::CLIENT, topic::BETWEEN_SESSIONS, "Sleeping badly again", &[
        Say(ELENA, 5 * DAY, "Hello Dr. Farouk, since the weekend I wake up at four almost every night and cannot fall asleep again. Should I start the sleep diary once more?"),
        Say(AMINA, 5 * DAY - 5 * HOUR, "I am sorry to hear that, Elena. Yes, please start the diary again tonight: the time you go to bed, the time you wake up, and what you did before. We will look at it together on Friday."),
        Pin(AMINA),
        Say(ELENA, 2 * DAY, "Done so far. The nights without the phone in the bedroom were better."),
        Say(AMINA, 2 * DAY - 4 * HOUR, "That is a good observation. Keep the phone in the kitchen for the rest of the week."),
        Read(INGRID, DAY),
        Say(ELENA, 5 * HOUR, "Last night I slept until six. I will bring the diary on Friday."),
        Say(ELENA, 4 * HOUR, "May I also ask about the relaxation recording? I cannot find it any more."),
    ]) },
    Script { archived: true, ..about(thread::BREATHING, Clinical, client::CLIENT, topic::EXERCISES, "Breathing exercise", &[
        Say(AMINA, 60 * DAY, "Here is the exercise from today in a few words: breathe in for four, hold for four, breathe out for six. Five minutes, twice a day, sitting upright."),
        Say(ELENA, 59 * DAY, "Thank you! In the morning it works well, in the evening I tend to forget it."),
        Say(AMINA, 58 * DAY, "An alarm may help, or doing it right after brushing your teeth."),
        Read(ELENA, 57 * DAY),
    ]) },
    Script { to: &[staff::SECOND_CLINICIAN], ..about(thread::MEDICATION, Clinical, client::SECOND_CLIENT, topic::MEDICATION, "Question about the new tablets", &[
        Say(HARUTO, 8 * DAY, "Hello Daniel, my physician has changed the dose. I feel a bit dizzy in the mornings. Is that something to mention to you or to her?"),
        Say(DANIEL, 8 * DAY - HOUR, "Hello Haruto, thank you for telling me. Please call her office today, since she prescribes it. If the dizziness gets worse, or you faint, call the emergency line at once."),
        Say(HARUTO, 7 * DAY, "She has lowered the dose again, and today was better already."),
        Say(DANIEL, 7 * DAY - 2 * HOUR, "Good to hear. I have made a note, and we will talk about it on Tuesday."),
        Read(HARUTO, 6 * DAY), Read(PRIYA, 6 * DAY),
    ]) },
    about(thread::HOMEWORK, Clinical, client::FIRST_CHILD, topic::EXERCISES, "Samuel's practice at home", &[
        Say(AMINA, 3 * DAY, "Dear Ruth, for this week: ten minutes of the card game a day, and one sticker for each time Samuel names a feeling by himself. No need to correct him."),
        Say(SAMUEL, 2 * DAY, "He likes the game! Yesterday he got two stickers. What do we do when he loses patience?"),
        Say(AMINA, 6 * HOUR, "Then take a break together and stop for the day. Two stickers are a great start."),
        Say(AMINA, 5 * HOUR, "I have also put a second set of cards at the front desk for you."),
    ]),
    about(thread::CARE_PLAN, Clinical, client::SECOND_CHILD, topic::CARE_PLAN, "Grace's first care plan", &[
        Say(PRIYA, 4 * DAY, "Dear Ruth, thank you for the first conversation about Grace. Until she has a clinician of her own I am your contact. Would you tell us what matters most to you in the next three months?"),
        Say(GRACE, 3 * DAY, "Thank you. Mostly the mornings before school: she is often afraid of going, and then has a stomach ache."),
        Say(PRIYA, 3 * DAY - 6 * HOUR, "That helps us to find the right person. You will hear from us within a week."),
        Read(GRACE, 2 * DAY),
    ]),
    Script { archived: true, ..about(thread::CLOSING, Clinical, client::INACTIVE, topic::CARE_PLAN, "The end of your care with us", &[
        Say(PRIYA, 80 * DAY, "Dear Marisol, as we agreed, your care with us ends this week. Your records stay with us, and you can read your messages here at any time."),
        Say(MARISOL, 79 * DAY, "Thank you for everything. The last year has made a real difference."),
        Read(PRIYA, 79 * DAY - 3 * HOUR),
        Say(PRIYA, 78 * DAY, "We wish you all the best. Should you ever want to come back, a call is enough."),
        Read(MARISOL, 75 * DAY),
    ]) },
    Script {
        id: thread::CASE_REVIEW,
        kind: Internal,
        audience: None,
        client: None,
        others: &[],
        topic: None,
        subject: "Case review on Wednesday",
        archived: false,
        to: &[staff::CLINICIAN, staff::CLINICAL_ADMIN],
        steps: &[
            Say(INGRID, 2 * DAY, "For Wednesday: please bring one case each where you would like a second opinion. Twenty minutes per case."),
            Say(AMINA, DAY, "I would like to talk about school letters in general, and one case about sleep."),
            Say(PRIYA, 7 * HOUR, "Fine with me. I have moved us to the large room."),
        ],
    },
    about(thread::OTHER_APPOINTMENT, Administrative, client::OUTSIDER, topic::OTHER_APPOINTMENTS, "Your appointment", &[
        Say(BEATRIZ, 2 * DAY, "Hello Jamal, your next appointment is on Tuesday at 2:00 pm."),
        Say(JAMAL, DAY, "Thank you, I will be there."),
    ]),
    Script { to: &[staff::OUTSIDER], ..about(thread::OTHER_SESSION, Clinical, client::OUTSIDER, topic::OTHER_SESSIONS, "After our session", &[
        Say(JAMAL, 3 * DAY, "I have thought about what you said on walking to work. I tried it twice this week."),
        Say(BEATRIZ, 3 * DAY - HOUR, "Wonderful. How did you feel afterwards?"),
        Read(JAMAL, 2 * DAY),
    ]) },
];

/// Adds them all.
pub(super) fn add(batch: &mut Batch, times: &Times) {
    for script in SCRIPTS {
        let at = |minutes: &i64| times.now - Duration::minutes(*minutes);
        let mut talk = Talk::new(head(script));
        let mut seq = 0;
        for step in script.steps {
            match step {
                Say(voice, minutes, text) => {
                    seq += 1;
                    let id = message(script.id, seq);
                    talk.say(*voice, id, at(minutes), (*text).to_owned());
                }
                Read(voice, minutes) => talk.read(voice.reader(), at(minutes)),
                Pin(voice) => talk.pin(voice.reader()),
            }
        }
        talk.finish(script.to, batch);
    }
}

fn head(script: &Script) -> Head {
    Head {
        id: script.id,
        agency: match script.client {
            Some(client::OUTSIDER) => agency::FERNHILL,
            _ => agency::HARBOR_LANE,
        },
        kind: script.kind,
        lifecycle: if script.archived {
            Lifecycle::Archived
        } else {
            Lifecycle::Open
        },
        audience: script.audience,
        client: script.client,
        others: script.others,
        topic: script.topic,
        subject: script.subject.to_owned(),
    }
}
