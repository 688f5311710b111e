/// The look of a page. Colours are Okabe and Ito's (2008), which colour-blind readers tell apart; lines differ by
/// dashes too.
enum Stylesheet {
  static let text: Markup = """
    :root{--bg:#f6f5f2;--card:#fff;--ink:#1d1f23;--soft:#5c626b;--edge:#e0ded8;--grid:#e9e7e2;--accent:#0072b2;\
    --c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b0578d;--c4:#3b93c9;--c5:#b07d00;--c6:#5b5f97;--c7:#6b6b6b;\
    --good:#00795a;--bad:#b64a00;--strong:#1d1f23;--shade:rgba(0,0,0,.22)}
    @media (prefers-color-scheme:dark){:root{--bg:#14161a;--card:#1d2026;--ink:#e8e6e1;--soft:#a0a6b0;--edge:#31353d;\
    --grid:#2b2f36;--accent:#56b4e9;--c0:#56b4e9;--c1:#f0904d;--c2:#3cc79b;--c3:#e09ac4;--c4:#8fd0f4;--c5:#e8b83f;\
    --c6:#a9adeb;--c7:#a8a8a8;--good:#3cc79b;--bad:#f0904d;--strong:#10131a;--shade:rgba(255,255,255,.25)}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,\
    "Helvetica Neue","Noto Sans",Arial,sans-serif;font-variant-numeric:tabular-nums}
    header,main,footer{max-width:1080px;margin:0 auto;padding:0 20px}
    header{padding-top:40px}
    h1{font-size:2rem;line-height:1.2;margin:0;letter-spacing:-.02em;font-weight:700;overflow-wrap:anywhere}
    .sub{color:var(--soft);margin:.4rem 0 0;font-size:1.06rem;max-width:46em}
    nav{margin-top:18px;padding-top:12px;border-top:1px solid var(--edge);display:flex;flex-wrap:wrap;gap:4px 20px;\
    font-size:.92rem}
    a{color:var(--accent);text-decoration:none}
    a:hover{text-decoration:underline}
    section{margin:38px 0 0}
    h2{font-size:1.32rem;letter-spacing:-.01em;margin:0 0 4px}
    h3{font-size:.95rem;margin:0 0 10px;font-weight:600}
    .lead{color:var(--soft);margin:0 0 14px;max-width:46em}
    .blocks{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;margin-top:14px;align-items:start}
    .block{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:16px 18px;min-width:0;\
    break-inside:avoid}
    .wide{grid-column:1/-1}
    .block.plain{background:none;border:0;padding:0;border-radius:0}
    .plain p{max-width:46em}
    .block p:first-child{margin-top:0}
    .block p:last-child,.block ul:last-child{margin-bottom:0}
    ul{padding-left:1.2em;margin:0}
    li{margin:.3em 0}
    .note{border-left:4px solid var(--accent)}
    .note.good{border-left-color:var(--good)}
    .note.warning{border-left-color:var(--bad)}
    .nothing{color:var(--soft);font-style:italic;margin:0}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:16px}
    .figure{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:16px 18px;break-inside:avoid}
    .figure b{display:block;font-size:1.6rem;line-height:1.2;letter-spacing:-.02em;font-weight:700;white-space:nowrap}
    .figure span{display:block;font-size:.95rem;margin-top:2px;overflow-wrap:anywhere}
    .figure small{display:block;color:var(--soft);font-size:.83rem;margin-top:2px}
    dl{margin:0}
    dl div{display:grid;grid-template-columns:minmax(8em,30%) minmax(0,1fr);gap:2px 18px;padding:6px 0;\
    border-bottom:1px solid var(--grid);break-inside:avoid}
    dl div:last-child{border-bottom:0}
    dt{color:var(--soft)}
    dt,dd{overflow-wrap:anywhere}
    dd{margin:0;max-width:46em}
    .facts{break-inside:auto}
    h2,h3,.lead{break-after:avoid;break-inside:avoid}
    .scroll{overflow-x:auto;\
    background:linear-gradient(to right,var(--card) 30%,transparent) left/40px 100% no-repeat local,\
    linear-gradient(to left,var(--card) 30%,transparent) right/40px 100% no-repeat local,\
    linear-gradient(to right,var(--shade),transparent) left/14px 100% no-repeat scroll,\
    linear-gradient(to left,var(--shade),transparent) right/14px 100% no-repeat scroll}
    table{border-collapse:collapse;width:100%;font-size:.92rem}
    th,td{padding:6px 10px;text-align:left;border-bottom:1px solid var(--grid);white-space:nowrap}
    th{color:var(--soft);font-weight:600;border-bottom-color:var(--edge);white-space:normal;vertical-align:bottom}
    tbody tr:last-child td{border-bottom:0}
    .n{text-align:right}
    td.bar{position:relative;min-width:110px}
    td.bar i{position:absolute;left:0;top:5px;bottom:5px;background:var(--c0);opacity:.22;border-radius:3px;\
    print-color-adjust:exact;-webkit-print-color-adjust:exact}
    td.bar span{position:relative}
    td.interval svg{display:inline-block;width:120px;vertical-align:middle;margin-left:8px}
    svg{display:block;width:100%;height:auto;font-size:12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
    svg text{fill:var(--ink)}
    .tick,.name{fill:var(--soft)!important}
    .tick,.small{font-size:11.5px}
    .class{font-size:12.5px}
    .grid{stroke:var(--grid)}
    .axis,.mark{stroke:var(--soft)}
    .chosen{stroke:var(--soft);stroke-dasharray:2 3}
    .chance{stroke:var(--soft);stroke-dasharray:3 4;opacity:.7}
    .line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
    .line.thin{stroke-width:1.4}
    .line.dashed{stroke-dasharray:6 5}
    .dot{stroke:var(--card);stroke-width:1}
    .column{fill-opacity:.55}
    .column.solid{fill-opacity:.85}
    .bubble{fill-opacity:.45;stroke-width:1.4}
    .cell{stroke:none}
    .arrow{fill:none;stroke:var(--soft);stroke-width:1.3}
    .tip{fill:var(--soft)}
    .network .bubble{fill-opacity:.14}
    .network .along{paint-order:stroke;stroke:var(--card);stroke-width:5px;stroke-linejoin:round}
    .head{font-weight:650}
    .network a:hover .head{text-decoration:underline}
    tr:target td{background:var(--grid)}
    .count{font-size:24px;font-weight:650}
    .few{font-size:13px;font-weight:600}
    .share{font-size:13px}
    .strong{fill:var(--strong)!important}
    \(colours)
    .legend{display:flex;flex-wrap:wrap;gap:2px 18px;margin-top:6px;font-size:.88rem;color:var(--soft)}
    .legend span{display:inline-flex;align-items:center;gap:7px}
    svg.key{width:22px;height:10px;flex:none}
    .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(138px,1fr));gap:16px}
    figure{margin:0;break-inside:avoid;min-width:0}
    figure img{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:cover;border-radius:8px;\
    background:var(--grid)}
    figcaption{margin-top:6px;font-size:.8rem;line-height:1.4;color:var(--soft)}
    figcaption span{display:block;overflow-wrap:anywhere}
    figcaption .right{color:var(--good)}
    figcaption .wrong{color:var(--bad)}
    figcaption .right::before{content:"✓ "}
    figcaption .wrong::before{content:"✗ "}
    footer{margin-top:44px;padding-bottom:36px;color:var(--soft);font-size:.88rem}
    @media (max-width:720px){header,main,footer{padding-left:14px;padding-right:14px}header{padding-top:24px}\
    h1{font-size:1.6rem}.blocks{grid-template-columns:minmax(0,1fr)}.block{padding:14px}\
    .figures{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}.figure{padding:12px}.figure b{font-size:1.4rem}\
    .gallery{grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:10px}\
    dl div{grid-template-columns:minmax(0,1fr)}table{font-size:.8rem}th,td{padding:5px 6px}td.bar{min-width:64px}\
    th:first-child,td:first-child{position:sticky;left:0;background:var(--card);z-index:1}}
    @media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--edge:#ccc;--grid:#e4e4e4;--accent:#0072b2;\
    --c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b0578d;--c4:#3b93c9;--c5:#b07d00;--c6:#5b5f97;--c7:#6b6b6b;\
    --good:#00795a;--bad:#b64a00;--strong:#000}body{font-size:10.5pt}nav{display:none}section{margin-top:22px}\
    header,main,footer{max-width:none;padding-left:0;padding-right:0}.scroll{overflow:visible;background:none}\
    td{white-space:normal}td.interval svg{width:70px}\
    table{font-size:8.5pt}\
    th,td{padding:3px 6px}td.bar{min-width:70px}.gallery{grid-template-columns:repeat(6,minmax(0,1fr));gap:10px}}
    """

  /// One class a colour, for lines, areas and dots alike.
  private static let colours: Markup = (0..<8).map { n -> Markup in
    """
    .line.c\(n){stroke:var(--c\(n))}.dot.c\(n),.column.c\(n),.cell.c\(n){fill:var(--c\(n))}\
    .bubble.c\(n){fill:var(--c\(n));stroke:var(--c\(n))}
    """
  }.joined()
}
