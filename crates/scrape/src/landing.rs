//! The page at `/`: what this is, and where its metrics are. Nothing in it comes from a request.

use crate::exporter::About;

pub(crate) fn page(about: &About, telemetry_path: &str) -> String {
    let (name, version) = (escape(about.name), escape(about.version));
    let (description, path) = (escape(about.description), escape(telemetry_path));
    let links: String = about
        .links
        .iter()
        .map(|(query, text)| {
            format!(
                "<li><a href=\"{path}{}\">{}</a></li>\n",
                escape(query),
                escape(text)
            )
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{name}</title>\n<style>\n\
         :root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}\n\
         body {{ max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}\n</style>\n</head>\n<body>\n\
         <h1>{name}</h1>\n<p>{description}</p>\n<ul>\n<li><a href=\"{path}\">Metrics</a></li>\n{links}\
         </ul>\n<p><small>Version {version}</small></p>\n</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::exporter::About;

    #[test]
    fn what_is_configured_cannot_become_markup() {
        let about = About {
            name: "exporter-node",
            description: "Metrics of this machine",
            version: "1",
            default_listen: "127.0.0.1:0",
            links: &[("?collect[]=cpu", "CPU & more")],
        };
        let page = page(&about, "/\"><script>");
        assert!(page.contains("<a href=\"/&quot;&gt;&lt;script&gt;\">Metrics</a>"));
        assert!(
            page.contains("<a href=\"/&quot;&gt;&lt;script&gt;?collect[]=cpu\">CPU &amp; more</a>")
        );
        assert!(!page.contains("<script"));
    }
}
