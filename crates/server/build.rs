//! Builds the server anew when a file of the playground comes or goes: the macro that carries them
//! sees changes of those that it knows only.

fn main() {
    for folder in ["../../playground/dist", "../../playground/operations"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
