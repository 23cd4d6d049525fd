//! Names, subjects and sentences: plausible, fictional, and without anybody's health in them.

use tidings_domain::AudienceKind;

use crate::seed::dice::Dice;

/// Given names.
#[rustfmt::skip]
pub(super) const GIVEN: &[&str] = &[
    "Adaeze", "Aiko", "Alejandra", "Amir", "Ana", "Andrzej", "Anneke", "Arjun", "Ayesha", "Baraka", "Bilal", "Camila",
    "Carlos", "Chidi", "Chiara", "Daisuke", "Dalia", "Deepika", "Dmitri", "Ebony", "Eduardo", "Eleni", "Elif", "Emeka",
    "Esther", "Farid", "Fatima", "Femi", "Freya", "Gabriela", "Giorgos", "Grace", "Hana", "Hassan", "Helena", "Hiroshi",
    "Ibrahim", "Imani", "Ines", "Isaac", "Ivana", "Jasmine", "Jerome", "Jin", "Joao", "Joanna", "Kamala", "Karim",
    "Katarzyna", "Keisha", "Kenji", "Kwame", "Laila", "Lars", "Leila", "Liam", "Lin", "Lucas", "Maeve", "Malik",
    "Marcus", "Maria", "Mateo", "Mei", "Miriam", "Mohamed", "Nadia", "Naoko", "Nia", "Nikhil", "Nora", "Olga", "Omar",
    "Paolo", "Patience", "Pedro", "Quynh", "Rachel", "Rafael", "Rania", "Ravi", "Rosa", "Samira", "Sanjay", "Sean",
    "Sofia", "Stefan", "Tariq", "Tatiana", "Thandiwe", "Tomas", "Uma", "Valentina", "Viktor", "Wanjiru", "Xavier",
    "Yara", "Yusuf", "Zainab", "Zofia",
];

/// Family names.
#[rustfmt::skip]
pub(super) const FAMILY: &[&str] = &[
    "Abdi", "Achebe", "Aguilar", "Ahmed", "Almeida", "Andersson", "Aquino", "Baptiste", "Barros", "Becker", "Bello",
    "Bianchi", "Boateng", "Brennan", "Cardoso", "Castillo", "Chavez", "Cho", "Cohen", "Contreras", "Cruz", "Dang",
    "Delgado", "Demir", "Diallo", "Dimitrov", "Doyle", "Dubois", "Edwards", "Eriksen", "Espinoza", "Fernandes", "Ferrari",
    "Fischer", "Fofanah", "Fujita", "Gallagher", "Garza", "Georgiou", "Ghosh", "Gomes", "Gupta", "Haddad", "Hansen",
    "Hassan", "Hoang", "Horvat", "Hughes", "Ibarra", "Iqbal", "Ito", "Jackson", "Jansen", "Jimenez", "Johnson", "Kamara",
    "Kapoor", "Kaur", "Khan", "Kim", "Kovacs", "Kowalski", "Kumar", "Larsen", "Lefebvre", "Levy", "Li", "Lopez", "Mahmoud",
    "Malhotra", "Mancini", "Mbeki", "Mendoza", "Mensah", "Meyer", "Mitchell", "Mori", "Murphy", "Nair", "Ndiaye",
    "Nguyen", "Novak", "Nwosu", "Obi", "Okeke", "Oliveira", "Ortiz", "Osman", "Park", "Patel", "Pereira", "Petrova",
    "Pham", "Popescu", "Quispe", "Rahman", "Ramos", "Reyes", "Robinson", "Rossi", "Said", "Salazar", "Sato", "Schmidt",
    "Sharma", "Silva", "Singh", "Suleiman", "Suzuki", "Takahashi", "Tan", "Tesfaye", "Torres", "Tran", "Turner",
    "Usman", "Vargas", "Vasquez", "Walker", "Wang", "Watanabe", "Weber", "Wilson", "Wong", "Yamamoto", "Yilmaz", "Young",
    "Zhou", "Ziegler",
];

/// Topics of an audience, each with the subject that it fills in.
pub(super) const fn topics(audience: AudienceKind) -> &'static [(&'static str, &'static str)] {
    match audience {
        AudienceKind::Administrative => &[
            ("Appointments", "Your appointment"),
            ("Forms and documents", "Forms to complete"),
            ("Contact details", "Your contact details"),
            ("Our office", "News from our office"),
        ],
        AudienceKind::Billing => &[
            ("Invoices", "Your invoice"),
            ("Insurance", "Your insurance"),
            ("Payment plans", "Your payment plan"),
        ],
        AudienceKind::Clinical => &[
            ("Between sessions", "Between sessions"),
            ("Care plan", "Your care plan"),
            ("Exercises at home", "Exercises at home"),
            ("Questions", "A question"),
        ],
    }
}

/// Subjects that people write by hand.
const fn subjects(audience: AudienceKind) -> &'static [&'static str] {
    match audience {
        AudienceKind::Administrative => &[
            "Another time on Thursday",
            "Running late today",
            "New phone number",
            "Which entrance in the morning",
            "Waiting list for earlier times",
            "A letter that I need",
        ],
        AudienceKind::Billing => &[
            "Question about the last invoice",
            "New insurance card",
            "Receipt for this year",
            "Paying in two parts",
            "A charge that I do not know",
        ],
        AudienceKind::Clinical => &[
            "After our last session",
            "How the week went",
            "Next steps",
            "Something to talk about on Monday",
            "Notes for our next meeting",
            "The exercise from last week",
        ],
    }
}

const OPENINGS: &[&str] = &[
    "Hello, and thank you for your message.",
    "Good morning!",
    "Hello again,",
    "Thank you for getting back to me so quickly.",
    "I hope your week has been a good one.",
    "Just a short note.",
];

const FROM_STAFF: &[&str] = &[
    "We have looked into it and everything is in order.",
    "Please let us know which day suits you best.",
    "I have passed your question on and will write again as soon as I know more.",
    "You can bring it along on your next visit.",
    "The details are the same as last time.",
    "There is nothing else that you need to do at the moment.",
    "I have made a note so that we can talk about it when we meet.",
    "If anything changes on your side, a short message here is enough.",
    "We can go through it together, step by step.",
    "I will be in the office until five today and again tomorrow morning.",
    "It usually takes two or three working days.",
    "Please keep it for your own records as well.",
    "Take your time with it; there is no hurry.",
    "That was the last open point on our list.",
];

const FROM_CLIENTS: &[&str] = &[
    "I have a question about the last time we met.",
    "Could you tell me whether there is anything I should bring?",
    "That works well for me.",
    "I am not sure that I understood the second part.",
    "My schedule has changed a little since we last wrote.",
    "I will take care of it this weekend.",
    "The afternoon would be easier for me than the morning.",
    "I have done what we agreed on and it went better than I thought.",
    "Would it be possible to talk about this by phone?",
    "I found the page that you mentioned.",
    "My sister can come along if that helps.",
    "I have filled in everything except for the last page.",
    "It is the same as I told you before.",
    "I would rather wait until next week with that.",
];

const CLOSINGS: &[&str] = &[
    "Thank you!",
    "Many thanks and best wishes.",
    "Have a good rest of the day.",
    "See you soon.",
    "Please write if you have any questions.",
    "Best regards",
];

/// The fewest and most characters of a message.
const SHORTEST: usize = 40;
const LONGEST: usize = 400;

/// Steps that have no divisor in common with the number of sentences (14), and so reach them all.
const STEPS: &[usize] = &[1, 3, 5, 9, 11, 13];

/// The text of a message: 40 to 400 ASCII characters, short ones more often than long ones.
pub(super) fn body(dice: &mut Dice, by_staff: bool) -> String {
    let sentences = if by_staff { FROM_STAFF } else { FROM_CLIENTS };
    let room = LONGEST - SHORTEST;
    let goal = SHORTEST + dice.index(room).min(dice.index(room));
    let mut text = String::with_capacity(goal + 80);
    if dice.percent(40) {
        text.push_str(dice.pick::<&str>(OPENINGS));
    }
    // A walk through the sentences, so that none comes twice.
    let mut at = dice.index(sentences.len());
    let step = *dice.pick(STEPS);
    for _ in 0..sentences.len() {
        add(&mut text, sentences[at]);
        if text.len() >= goal {
            break;
        }
        at = (at + step) % sentences.len();
    }
    if text.len() < SHORTEST || dice.percent(30) {
        add(&mut text, dice.pick::<&str>(CLOSINGS));
    }
    while text.len() < SHORTEST {
        add(&mut text, dice.pick::<&str>(CLOSINGS));
    }
    text
}

/// Adds a sentence if there is room.
fn add(text: &mut String, sentence: &str) {
    if text.len() + 1 + sentence.len() > LONGEST {
        return;
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(sentence);
}

/// The subject of a thread: what the topic fills in, or one written by hand.
pub(super) fn subject(dice: &mut Dice, audience: AudienceKind, filled_in: &str) -> String {
    if dice.percent(50) {
        filled_in.to_owned()
    } else {
        (*dice.pick(subjects(audience))).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_40_to_400_characters_and_differ() {
        let mut dice = Dice::new(1, 0);
        let bodies: Vec<String> = (0..2_000).map(|i| body(&mut dice, i % 2 == 0)).collect();
        for body in &bodies {
            assert!((SHORTEST..=LONGEST).contains(&body.len()), "{body}");
            assert!(body.is_ascii());
        }
        let different: std::collections::HashSet<_> = bodies.iter().collect();
        assert!(different.len() > 1_500);
        let mean = bodies.iter().map(String::len).sum::<usize>() / bodies.len();
        assert!((120..240).contains(&mean), "{mean}");
    }
}
