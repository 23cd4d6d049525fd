//! Where a client is: an address, or coordinates (C-42).

use serde::Serialize;

use crate::limits;

/// An address as it was typed, each line trimmed. Only the first line must be there: not everybody
/// lives where mail is delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Street and number, or whatever describes the place.
    pub line1: String,
    /// What else belongs to it.
    pub line2: Option<String>,
    /// Town or city.
    pub city: Option<String>,
    /// State, province or county.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
}

/// A place on the globe (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coordinates {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// How far it may be off, in metres, if that is known.
    pub accuracy: Option<f64>,
}

/// Where a client is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Place {
    /// By address.
    Address(Address),
    /// By coordinates.
    Coordinates(Coordinates),
}

impl Place {
    /// The place as it is stored, or the name of the field that is none.
    pub fn parse(self) -> Result<Self, &'static str> {
        match self {
            Self::Address(address) => address.parse().map(Self::Address),
            Self::Coordinates(coordinates) => coordinates.check().map(Self::Coordinates),
        }
    }
}

impl Address {
    fn parse(self) -> Result<Self, &'static str> {
        let line = |text: String, field: &'static str| {
            let text = text.trim().to_owned();
            let fits = text.chars().count() <= limits::MAX_ADDRESS_CHARS
                && !text.chars().any(char::is_control);
            if fits { Ok(text) } else { Err(field) }
        };
        let optional = |text: Option<String>, field: &'static str| {
            let text = text.map(|text| line(text, field)).transpose();
            text.map(|text| text.filter(|text| !text.is_empty()))
        };
        let line1 = line(self.line1, "line1")?;
        if line1.is_empty() {
            return Err("line1");
        }
        let country: Option<String> = optional(self.country, "country")?;
        let country = country.map(|country| country.to_ascii_uppercase());
        let is_code =
            |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if country.as_ref().is_some_and(|country| !is_code(country)) {
            return Err("country");
        }
        Ok(Self {
            line1,
            line2: optional(self.line2, "line2")?,
            city: optional(self.city, "city")?,
            region: optional(self.region, "region")?,
            postal_code: optional(self.postal_code, "postalCode")?,
            country,
        })
    }
}

impl Coordinates {
    fn check(self) -> Result<Self, &'static str> {
        // A range holds no NaN and nothing infinite.
        if !(-90.0..=90.0).contains(&self.latitude) {
            return Err("latitude");
        }
        if !(-180.0..=180.0).contains(&self.longitude) {
            return Err("longitude");
        }
        let accuracy = self.accuracy;
        if accuracy.is_some_and(|metres| !(0.0..=10_000_000.0).contains(&metres)) {
            return Err("accuracy");
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c42_an_address_is_trimmed_and_its_country_a_code() {
        let typed = Address {
            line1: " 12 Harbor Lane ".to_owned(),
            line2: Some("  ".to_owned()),
            country: Some("us".to_owned()),
            ..Address::default()
        };
        let Place::Address(kept) = Place::Address(typed.clone()).parse().unwrap() else {
            panic!("an address stays one");
        };
        assert_eq!(kept.line1, "12 Harbor Lane");
        assert_eq!(kept.line2, None);
        assert_eq!(kept.country.as_deref(), Some("US"));
        let refused = |address: Address| Place::Address(address).parse().unwrap_err();
        assert_eq!(refused(Address::default()), "line1");
        let long = Address {
            city: Some("x".repeat(201)),
            ..typed.clone()
        };
        assert_eq!(refused(long), "city");
        for country in ["USA", "1A", "ü"] {
            let country = Some(country.to_owned());
            let address = Address {
                country,
                ..typed.clone()
            };
            assert_eq!(refused(address), "country");
        }
    }

    #[test]
    fn c42_coordinates_lie_on_the_globe() {
        let at = |latitude, longitude, accuracy| {
            let place = Coordinates {
                latitude,
                longitude,
                accuracy,
            };
            Place::Coordinates(place).parse().map(|_| ())
        };
        assert_eq!(at(90.0, -180.0, None), Ok(()));
        assert_eq!(at(-90.0, 180.0, Some(0.0)), Ok(()));
        assert_eq!(at(90.1, 0.0, None), Err("latitude"));
        assert_eq!(at(f64::NAN, 0.0, None), Err("latitude"));
        assert_eq!(at(0.0, f64::INFINITY, None), Err("longitude"));
        assert_eq!(at(0.0, 0.0, Some(-1.0)), Err("accuracy"));
    }
}
