#include "drivers/report/html.hpp"

namespace tidemill::drivers::report {

// Colours are those of Okabe and Ito (2008), told apart with any colour vision; shapes and texts say the same again.
char const* const style_sheet = R"css(
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1b2430;--soft:#5b6675;--rule:#d9dee5;--grid:#e6eaef;
--blue:#0072b2;--blue-soft:#0072b233;--orange:#b45f06;--orange-soft:#e69f0033;--green:#00795a;--red:#c2410c;--purple:#8f4a77;
--star:#00795a;--plowhorse:#0072b2;--puzzle:#b45f06;--dog:#8f4a77}
@media (prefers-color-scheme:dark){:root{--paper:#12161c;--card:#1b212a;--ink:#e8ecf1;--soft:#9aa6b5;--rule:#343d49;
--grid:#262e39;--blue:#56b4e9;--blue-soft:#56b4e938;--orange:#e69f00;--orange-soft:#e69f0030;--green:#2fc59a;--red:#ff8a5c;
--purple:#dd9cc0;--star:#2fc59a;--plowhorse:#56b4e9;--puzzle:#e69f00;--dog:#dd9cc0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.3rem;margin:0 0 8px}
h3{font-size:1.02rem;margin:24px 0 8px}
section{padding:28px 0;border-top:1px solid var(--rule)}
p{margin:0 0 12px;max-width:74ch}
.soft,.empty,figcaption small{color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:12px 0 22px;font-size:.92rem}
a{color:var(--blue)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(215px,1fr));gap:14px;margin:0 0 20px}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:14px 16px}
.card .name{color:var(--soft);font-size:.88rem}
.card .value{font-size:1.75rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.card .note{font-size:.88rem}
.good{color:var(--green)}.bad{color:var(--red)}
ol.first{padding-left:1.3em;margin:0;max-width:80ch}ol.first li{margin:0 0 8px}
.lists{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:14px;margin:0 0 20px}
.lists h3{margin:0 0 6px}.lists ol{margin:0;padding-left:1.4em;font-size:.92rem}.lists .soft{font-size:.85rem}
.sheet{display:flex;flex-wrap:wrap;gap:10px;padding:10px 0;border-bottom:1px solid var(--rule)}
.thumb{margin:0;width:104px}.thumb img,.no-picture{display:block;width:100%;height:88px;object-fit:contain;background:var(--card);
border-radius:6px}.no-picture{font-size:.8rem;color:var(--soft);text-align:center;line-height:88px}
.thumb figcaption{font-weight:400;font-size:.76rem;line-height:1.3;overflow-wrap:anywhere;margin:4px 0 0}
figure{margin:0 0 18px}figcaption{font-weight:600;font-size:.95rem;margin:0 0 4px}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:18px 22px}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:.88rem;color:var(--soft);margin:0 0 10px}
.legend span{display:inline-flex;align-items:center;gap:7px}
.legend svg,td svg{width:auto;height:auto;flex:none;display:inline-block;vertical-align:middle}
svg{display:block;width:100%;height:auto;overflow:visible;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
td svg{width:120px}.legend svg{width:26px}.mark-cell svg,.legend .mark-cell svg{width:14px;margin-right:6px}
.on-narrow{display:none}
.short{max-width:520px}.mark-cell{white-space:nowrap}
.scroll{overflow-x:auto;margin:0 0 12px}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:.84rem;vertical-align:bottom}
.number{text-align:right;white-space:nowrap}
tr.ours td{font-weight:650}
details{margin:0 0 12px}summary{cursor:pointer;color:var(--blue);padding:4px 0}
code{font:.86rem ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:4px 18px;margin:0 0 12px;font-size:.92rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:10px 12px;overflow-x:auto;font-size:.82rem;margin:6px 0}
footer{padding-top:18px;padding-bottom:36px;border-top:1px solid var(--rule);color:var(--soft);font-size:.88rem}
.axis,.grid,.now,.border,.leader,.drop{fill:none;stroke:var(--soft);stroke-width:1}
.grid{stroke:var(--grid)}.now{stroke-dasharray:2 3}.border{stroke:var(--ink);stroke-opacity:.55}.leader{stroke-opacity:.6;stroke-width:.75}
.drop{stroke-dasharray:2 3}.box{fill:var(--card);stroke:var(--soft)}
text{fill:var(--ink)}.tick,.axis-title{fill:var(--soft);font-size:11px}.strong{fill:var(--ink);font-weight:700;font-size:12px}
.point-label{font-size:11px}.label{font-size:12px}.corner{font-size:13px;font-weight:700;fill:var(--soft);letter-spacing:.04em}
polyline,.line-actual,.line-forecast,.line-tested{fill:none;stroke-linejoin:round;stroke-linecap:round}
.line-actual{stroke:var(--ink);stroke-width:1.6}.line-forecast{stroke:var(--blue);stroke-width:2}
.line-tested{stroke:var(--orange);stroke-width:1.4;stroke-dasharray:4 3}
.band{fill:var(--blue-soft)}.band-tested{fill:var(--orange-soft)}
.line-rising{stroke:var(--green);stroke-width:1.6}.line-falling{stroke:var(--red);stroke-width:1.6}.line-steady{stroke:var(--soft);stroke-width:1.4}
.bar{fill:var(--blue)}.bar-bad{fill:var(--red)}.bar-reused{fill:var(--soft);fill-opacity:.5}.bar-memory{fill:var(--purple)}
.mark{stroke:var(--paper);stroke-width:1}.mark.star{fill:var(--star)}.mark.plowhorse{fill:var(--plowhorse)}
.mark.puzzle{fill:var(--puzzle)}.mark.dog{fill:var(--dog)}
.quadrant{fill-opacity:.07}.quadrant.star{fill:var(--star)}.quadrant.plowhorse{fill:var(--plowhorse)}
.quadrant.puzzle{fill:var(--puzzle)}.quadrant.dog{fill:var(--dog)}
.ring{fill:var(--paper);stroke:var(--ink);stroke-width:2}.optimum{fill:var(--blue);stroke:var(--paper);stroke-width:1}
@media (max-width:640px){body{font-size:15px}main,header,footer{padding-left:14px;padding-right:14px}
.on-wide{display:none}.on-narrow{display:block}.wide-only{display:none}.card .value{font-size:1.5rem}
.cards{grid-template-columns:1fr 1fr;gap:10px}.card{padding:10px 12px}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:6px}
th,td{padding-right:8px}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444}nav{display:none}
section{break-inside:auto;padding:16px 0}figure,.card,tr{break-inside:avoid}body{font-size:11pt}
.on-wide{display:block}.on-narrow{display:none}}
)css";

}  // namespace tidemill::drivers::report
