/// The looks of an exported page: a chapter of a book, about 70 characters to the line, code and
/// figures flush with the text. Nothing is loaded from elsewhere.
enum PageStyle {
    static let css = """
        :root { \(light) }
        @media screen and (prefers-color-scheme: dark) {
          :root:not([data-theme="light"]) { \(dark) } }
        @media screen { :root[data-theme="dark"] { \(dark) } }
        \(page)
        \(text)
        \(cells)
        \(colours)
        \(narrowAndPrint)
        """

    private static let light = """
        color-scheme: light; --paper: #fefdfb; --ink: #1e1c19; --muted: #6f695f; --rule: #dcd6ca; \
        --link: #1f4f82; --code: #f5f2eb; --card: transparent; --error: #a3271c; \
        --error-paper: #fbefec; --keyword: #8a1f5c; --string: #2c6a3a; --number: #1d5aa6; \
        --comment: #78716a; --name: #6b4a00; --call: #24507f;
        """

    private static let dark = """
        color-scheme: dark; --paper: #16181c; --ink: #d8d4cc; --muted: #98928a; --rule: #3a3a3a; \
        --link: #8fb8e6; --code: #202225; --card: #ffffff; --error: #f0897c; \
        --error-paper: #2b1d1c; --keyword: #e08fc0; --string: #94c99a; --number: #8ab8ee; \
        --comment: #8d877e; --name: #d9b56b; --call: #9cc3ec;
        """

    private static let page = """
        :root { font-size: 112.5%; --outdent: 1.1rem; --wide: 4rem;
          --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052,
            "Source Serif 4", "Noto Serif", Georgia, "Songti SC", "Noto Serif CJK SC",
            "Source Han Serif SC", SimSun, "DejaVu Serif", serif;
          --sans: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans",
            "PingFang SC",
            "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "DejaVu Sans", sans-serif;
          --mono: "JetBrains Mono", "SF Mono", Menlo, Consolas, "Cascadia Mono", "DejaVu Sans Mono",
            "Noto Sans Mono CJK SC", "WenQuanYi Micro Hei Mono", monospace; }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 1rem/1.62 var(--serif); font-variant-numeric: oldstyle-nums proportional-nums;
          text-rendering: optimizeLegibility; overflow-wrap: break-word; }
        main { max-width: 36.5rem; margin: 0 auto; padding: 3.5rem 1.25rem 6rem; }
        main::after { content: ""; display: block; clear: both; }
        #theme { position: fixed; top: .8rem; right: .9rem; z-index: 2; width: 2rem; height: 2rem;
          border: 0; border-radius: 50%; background: none; color: var(--muted);
          font: 1.1rem/1 var(--sans); cursor: pointer; }
        #theme:hover, #theme:focus-visible { color: var(--ink); background: var(--code); }
        a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .16em; }
        a:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
        #contents { margin: 1.6rem 0 2.4rem; padding: .8rem 0; border: solid var(--rule);
          border-width: 1px 0; font: .78rem/1.5 var(--sans); columns: 2; column-gap: 2rem; }
        #contents ol { list-style: none; margin: 0; padding: 0; }
        #contents li { margin: .22rem 0; padding-left: .9rem; text-indent: -.9rem;
          break-inside: avoid; }
        #contents .level-3 { padding-left: 1.8rem; }
        #contents a { color: var(--muted); text-decoration: none; }
        #contents a:hover { color: var(--link); text-decoration: underline; }
        """

    private static let text = """
        h1, h2, h3, h4, h5, h6 { line-height: 1.22; font-weight: 600; text-wrap: balance;
          font-variant-numeric: lining-nums; break-after: avoid; }
        h1 { margin: 0 0 1.5rem; padding-bottom: 1rem; border-bottom: 1px solid var(--rule);
          font-size: 2.1rem; font-weight: 500; letter-spacing: -.012em; }
        h2 { margin: 2.9rem 0 .9rem; font-size: 1.42rem; }
        h3 { margin: 2.1rem 0 .6rem; font-size: 1.13rem; }
        h4, h5, h6 { margin: 1.6rem 0 .4rem; font-size: 1rem; font-style: italic; }
        .anchor { margin-left: .4em; color: var(--muted); font-weight: 400; text-decoration: none;
          opacity: 0; }
        :hover > .anchor, .anchor:focus { opacity: 1; }
        p, ul, ol, dl { margin: 0 0 .95rem; }
        p { hyphens: auto; }
        ul, ol { padding-left: 1.5rem; }
        li { margin: .2rem 0; }
        li > ul, li > ol { margin: .2rem 0; }
        li > input[type="checkbox"] { margin: 0 .4em 0 -1.35rem; }
        li:has(> input[type="checkbox"]) { list-style: none; }
        blockquote { margin: 1.2rem 0; padding-left: 1.1rem; border-left: 2px solid var(--rule);
          color: var(--muted); }
        hr { width: 5rem; margin: 2.4rem auto; border: 0; border-top: 1px solid var(--rule); }
        code, pre { font-family: var(--mono); font-variant-numeric: normal;
          font-variant-ligatures: none; }
        code { font-size: .82em; overflow-wrap: break-word; }
        pre { margin: 0; font-size: .76rem; line-height: 1.55; tab-size: 4; overflow-x: auto; }
        pre code { font-size: inherit; }
        main > pre, li pre, blockquote pre { margin: 1rem 0; padding: .75rem var(--outdent);
          background: var(--code); border-radius: 4px; }
        .table { margin: 1.3rem 0; overflow-x: auto; }
        table { margin: 0 auto; border-collapse: collapse; border: solid var(--ink);
          border-width: 1.5px 0; font-size: .88rem; line-height: 1.4;
          font-variant-numeric: lining-nums tabular-nums; }
        th { border-bottom: .75px solid var(--ink); font-weight: 600; text-align: left; }
        th, td { padding: .34rem .8rem; vertical-align: baseline; }
        tbody tr:first-child td { padding-top: .5rem; }
        tbody tr:last-child td { padding-bottom: .5rem; }
        p > img { display: block; max-width: 100%; height: auto; margin: 1.3rem auto;
          background: var(--card); }
        math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math",
          "TeX Gyre Termes Math", "Libertinus Math", "DejaVu Math TeX Gyre", math, serif;
          font-size: 1.04em; font-variant-numeric: lining-nums; }
        math[display="block"] { margin: 1.15rem 0; padding: .1rem 0; overflow-x: auto;
          overflow-y: hidden; }
        annotation { display: none; }
        .tex-source { color: var(--error); font-family: var(--mono); font-size: .8em; }
        .footnote-ref { font-size: .72em; line-height: 0; }
        .footnote-ref a, .footnote-backref { text-decoration: none; }
        .footnotes { margin-top: 3.5rem; padding-top: .9rem; border-top: 1px solid var(--rule);
          font-size: .84rem; }
        .parameters { display: flex; flex-wrap: wrap; gap: .35rem 1.4rem; margin: 0 0 1.6rem;
          padding: 0; list-style: none; color: var(--muted); font-size: .9rem; }
        .parameters li { margin: 0; }
        :lang(zh) body, :lang(ja) body { line-height: 1.8; }
        :lang(zh) p, :lang(ja) p { text-align: justify; hyphens: none; }
        """

    private static let cells = """
        .cell { margin: 1.35rem calc(-1 * var(--outdent)) 1.5rem; }
        @media (min-width: 56rem) {
          .cell { margin-right: calc(-1 * var(--outdent) - var(--wide)); } }
        .code { position: relative; background: var(--code); border-radius: 4px; }
        .code pre { padding: .8rem var(--outdent); }
        .code .label { position: absolute; top: 0; right: 0; padding: .3rem .6rem;
          background: var(--code); border-radius: 4px; color: var(--muted);
          font: .66rem/1.3 var(--sans); text-decoration: none; }
        .code .label:hover { color: var(--link); }
        .code .unnamed { opacity: 0; }
        .code:hover .unnamed, .unnamed:focus { opacity: 1; }
        .output, .error { margin-top: .55rem; padding: .25rem var(--outdent);
          padding-left: calc(var(--outdent) - 2px); border-left: 2px solid var(--rule); }
        .error { padding-top: .6rem; padding-bottom: .6rem; border-color: var(--error);
          background: var(--error-paper); border-radius: 0 4px 4px 0; }
        .note { margin: .6rem var(--outdent) 0; color: var(--muted); font-size: .84rem;
          font-style: italic; }
        .is-skipped .code { opacity: .7; }
        figure { margin: 1rem var(--outdent) 0; }
        @media (min-width: 56rem) { figure { margin-right: calc(var(--outdent) + var(--wide)); } }
        figure img { display: block; max-width: 100%; height: auto; margin: 0 auto;
          background: var(--card); }
        figure .in-dark { display: none; background: none; }
        @media screen and (prefers-color-scheme: dark) {
          :root:not([data-theme="light"]) { \(darkFigures) } }
        @media screen { :root[data-theme="dark"] { \(darkFigures) } }
        """

    /// A figure that has no dark form stands on a light card.
    private static let darkFigures = """
        figure img { padding: .7rem; border-radius: 5px; }
        figure .in-light { display: none; }
        figure .in-dark { display: block; padding: 0; border-radius: 0; }
        """

    private static let colours = """
        .hl-keyword { color: var(--keyword); }
        .hl-string { color: var(--string); }
        .hl-number { color: var(--number); }
        .hl-comment, .hl-documentation { color: var(--comment); font-style: italic; }
        .hl-functionCall { color: var(--call); }
        .hl-label { color: var(--name); }
        .dl-error, .dl-primary { color: var(--error); font-weight: 600; }
        .dl-warning { color: var(--name); font-weight: 600; }
        .dl-message { font-weight: 600; }
        .dl-gutter, .dl-secondary { color: var(--call); }
        .dl-help { color: var(--string); }
        """

    private static let narrowAndPrint = """
        @media (max-width: 40rem) {
          :root { font-size: 106%; --outdent: .8rem; }
          main { padding-top: 2.2rem; }
          h1 { font-size: 1.7rem; }
          #contents { columns: 1; }
          .code .label { position: static; display: block; padding-bottom: 0; text-align: right; }
          .code .unnamed { display: none; }
          .code .label + pre { padding-top: .4rem; }
          .code .unnamed + pre { padding-top: .8rem; }
        }
        @media screen and (min-width: 86rem) {
          #contents { position: fixed; top: 3.6rem; left: 1.6rem; width: 14.5rem; margin: 0;
            max-height: calc(100vh - 6rem); overflow-y: auto; columns: 1; border: 0; padding: 0; }
        }
        @media print {
          @page { margin: 2cm; }
          :root { font-size: 10.5pt; --wide: 0rem; --outdent: .6rem; }
          main { max-width: none; padding: 0; }
          #theme, .anchor, .label { display: none; }
          pre { white-space: pre-wrap; }
          .code, figure, .table, math[display="block"] { break-inside: avoid; }
          .code { border: 1px solid var(--rule); }
        }
        """

    /// The button that turns the page light or dark. Without scripts the page follows the system.
    static let script = """
        (function () {
          var root = document.documentElement, button = document.getElementById("theme");
          var key = "dlrepl-theme", saved = null;
          try { saved = localStorage.getItem(key); } catch (error) {}
          if (saved === "light" || saved === "dark") root.dataset.theme = saved;
          button.hidden = false;
          button.addEventListener("click", function () {
            var system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
            var next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
            root.dataset.theme = next;
            try { localStorage.setItem(key, next); } catch (error) {}
          });
        })();
        """
}
