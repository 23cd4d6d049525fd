//! Voice notes (P-28): how long one lasts. Read from the file's own structure; a content that has
//! none of its kind is no voice note, whatever it begins with.

use std::io::{BufReader, Read, Seek};
use std::time::Duration;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, FileType};
use lofty::probe::Probe;
use tidings_domain::FileKind;

/// A content that is not the audio that it is said to be, or that lasts no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no voice note")]
pub struct NoVoiceNote;

/// How long the audio lasts, to the millisecond. Blocks while it reads: call it off the async
/// threads. Tags and covers are not read.
pub fn duration(kind: FileKind, content: impl Read + Seek) -> Result<Duration, NoVoiceNote> {
    let options = ParseOptions::new().read_tags(false).read_cover_art(false);
    let probe = Probe::new(BufReader::new(content)).options(options);
    let probe = probe.guess_file_type().map_err(|_| NoVoiceNote)?;
    let fits = match kind {
        FileKind::M4a => probe.file_type() == Some(FileType::Mp4),
        FileKind::Mp3 => probe.file_type() == Some(FileType::Mpeg),
        FileKind::Ogg => matches!(
            probe.file_type(),
            Some(FileType::Opus | FileType::Vorbis | FileType::Speex)
        ),
        FileKind::Wav => probe.file_type() == Some(FileType::Wav),
        _ => false,
    };
    if !fits {
        return Err(NoVoiceNote);
    }
    let audio = probe.read().map_err(|_| NoVoiceNote)?;
    let duration = audio.properties().duration();
    if duration.is_zero() {
        return Err(NoVoiceNote);
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn seconds(kind: FileKind, content: &[u8]) -> Result<f64, NoVoiceNote> {
        duration(kind, Cursor::new(content)).map(|duration| duration.as_secs_f64())
    }

    /// Mono, 8,000 samples of 16 bits a second.
    fn wav(samples: u32) -> Vec<u8> {
        let data = samples * 2;
        [
            b"RIFF".to_vec(),
            (36 + data).to_le_bytes().to_vec(),
            b"WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec(),
            8_000_u32.to_le_bytes().to_vec(),
            16_000_u32.to_le_bytes().to_vec(),
            b"\x02\0\x10\0data".to_vec(),
            data.to_le_bytes().to_vec(),
            vec![0; data as usize],
        ]
        .concat()
    }

    /// Frames of 128 kbit/s at 44.1 kHz: 1,152 samples and 417 bytes each.
    fn mp3(frames: usize) -> Vec<u8> {
        let frame = [&b"\xFF\xFB\x90\x64"[..], &[0; 413]].concat();
        frame.repeat(frames)
    }

    fn boxed(name: [u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len() + 8).unwrap().to_be_bytes();
        [&length[..], &name[..], data].concat()
    }

    /// A sound track of `units` thousandths of a second.
    fn m4a(units: u32) -> Vec<u8> {
        let units = units.to_be_bytes();
        let header = [&[0; 12][..], &1_000_u32.to_be_bytes(), &units, &[0; 4]].concat();
        let entry = boxed(
            *b"mp4a",
            &[
                &[0, 0, 0, 0, 0, 0, 0, 1][..],
                &[0; 8],
                &[0, 1, 0, 16, 0, 0, 0, 0],
                &(44_100_u32 << 16).to_be_bytes(),
            ]
            .concat(),
        );
        let table = boxed(*b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &entry].concat());
        let handler = [&[0; 8][..], b"soun", &[0; 13]].concat();
        let media = [
            boxed(*b"mdhd", &header),
            boxed(*b"hdlr", &handler),
            boxed(*b"minf", &boxed(*b"stbl", &table)),
        ]
        .concat();
        let movie = [
            boxed(*b"mvhd", &[&header[..], &[0; 76]].concat()),
            boxed(*b"trak", &boxed(*b"mdia", &media)),
        ]
        .concat();
        [
            boxed(*b"ftyp", b"M4A \0\0\0\0M4A isom"),
            boxed(*b"moov", &movie),
            boxed(*b"mdat", &[1; 64]),
        ]
        .concat()
    }

    /// A page of Ogg, without its checksum, which a reader of durations does not ask for.
    fn page(flags: u8, number: u8, end: u64, data: &[u8]) -> Vec<u8> {
        [
            &b"OggS\0"[..],
            &[flags],
            &end.to_le_bytes(),
            &[1, 0, 0, 0, number, 0, 0, 0],
            &[0; 4],
            &[1, u8::try_from(data.len()).unwrap()],
            data,
        ]
        .concat()
    }

    /// Opus, which always counts 48,000 samples a second, of which 312 come before the sound.
    fn ogg(samples: u64) -> Vec<u8> {
        [
            page(2, 0, 0, b"OpusHead\x01\x01\x38\x01\x80\xBB\0\0\0\0\0"),
            page(0, 1, 0, b"OpusTags\0\0\0\0\0\0\0\0"),
            page(0, 2, 960, &[0; 20]),
            page(4, 3, samples + 312, &[0; 20]),
        ]
        .concat()
    }

    #[test]
    fn p28_a_voice_note_has_its_duration() {
        assert_eq!(seconds(FileKind::Wav, &wav(20_000)), Ok(2.5));
        let mp3 = seconds(FileKind::Mp3, &mp3(100)).unwrap();
        assert!((mp3 - 2.61).abs() < 0.02, "{mp3}");
        assert_eq!(seconds(FileKind::M4a, &m4a(3_500)), Ok(3.5));
        assert_eq!(seconds(FileKind::Ogg, &ogg(72_000)), Ok(1.5));
    }

    #[test]
    fn p28_what_is_no_voice_note_is_refused() {
        assert_eq!(seconds(FileKind::Wav, &wav(0)), Err(NoVoiceNote));
        assert_eq!(seconds(FileKind::Mp3, &wav(8_000)), Err(NoVoiceNote));
        assert_eq!(seconds(FileKind::Pdf, &wav(8_000)), Err(NoVoiceNote));
        assert_eq!(seconds(FileKind::Ogg, b"OggS"), Err(NoVoiceNote));
        assert_eq!(
            seconds(FileKind::Mp3, b"ID3\x04\0\0\0\0\0\0"),
            Err(NoVoiceNote)
        );
        assert_eq!(seconds(FileKind::M4a, &m4a(1)[..60]), Err(NoVoiceNote));
        for cut in 0..m4a(1_000).len() {
            let _answers = seconds(FileKind::M4a, &m4a(1_000)[..cut]);
        }
    }
}
