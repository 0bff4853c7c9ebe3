//! Makes sure that the folders of the site's assets are there, so that the server compiles before the first bundle.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("../dist/site")?;
    std::fs::create_dir_all("../dist/site-release")?;
    println!("cargo::rerun-if-changed=build.rs");
    // Only a release carries the files inside; a development build reads them when asked and need not be made anew.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed=../dist/site-release");
    }
    Ok(())
}
