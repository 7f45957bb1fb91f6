// The page's style sheet: light and dark from the same names of colours. A table wider than its card scrolls in the card, with
// a shadow at the edge behind which more lies.

/** CSS of the report. */
export const styleSheet: string = `
:root{color-scheme:light;--bg:#f7f7f5;--card:#fff;--ink:#15171c;--soft:#5d6470;--line:#e6e6e2;--grid:#eeeeea;
--blue:#2b5fd9;--orange:#e0681f;--green:#16895a;--purple:#7b4fd6;--red:#d33a4c;--teal:#0d8a94;--gold:#b58900;--pink:#d63384;--lime:#6a9a00;--brown:#8a5a3c;--muted:#9aa1ac;--track:#ecece8;--edge:#0000002e}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--bg:#0e1014;--card:#16191f;--ink:#e9ebf0;--soft:#98a0ae;--line:#272c35;--grid:#20252d;
--blue:#6f9dff;--orange:#ff9a52;--green:#43c98b;--purple:#b295ff;--red:#ff7482;--teal:#45cdd6;--gold:#e3b93f;--pink:#ff7ab8;--lime:#a8d43a;--brown:#c99a78;--muted:#6d7685;--track:#242a33;--edge:#000000a8}}
:root[data-theme=dark]{color-scheme:dark;--bg:#0e1014;--card:#16191f;--ink:#e9ebf0;--soft:#98a0ae;--line:#272c35;--grid:#20252d;
--blue:#6f9dff;--orange:#ff9a52;--green:#43c98b;--purple:#b295ff;--red:#ff7482;--teal:#45cdd6;--gold:#e3b93f;--pink:#ff7ab8;--lime:#a8d43a;--brown:#c99a78;--muted:#6d7685;--track:#242a33;--edge:#000000a8}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Inter,Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;-webkit-font-smoothing:antialiased}
main{max-width:1180px;margin:0 auto;padding:28px 24px 80px}
.top{display:flex;justify-content:space-between;align-items:center}
.brand{font-weight:700;letter-spacing:-.01em}.brand em{font-style:normal;font-weight:400;color:var(--soft);margin-left:6px}
button{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:8px;padding:4px 12px;cursor:pointer}
button:hover{border-color:var(--muted)}
h1{font-size:42px;line-height:1.1;letter-spacing:-.03em;margin:30px 0 10px;display:flex;flex-wrap:wrap;gap:10px;align-items:center}
h2{font-size:25px;letter-spacing:-.02em;margin:0 0 4px}
h3{font-size:16px;margin:0 0 12px;letter-spacing:-.01em;overflow-wrap:anywhere}h3 small{font-weight:400;color:var(--soft);margin-left:10px;font-size:13px}
section{margin-top:56px}.lead{color:var(--soft);max-width:76ch;margin:0 0 18px}.after{color:var(--soft);font-size:13px;margin:10px 0 0}
.record{display:flex;flex-wrap:wrap;color:var(--soft);font-size:13px;margin:0 0 22px;gap:2px 0}.record span:not(:last-child):after{content:"·";margin:0 8px;color:var(--muted)}
.badge{display:inline-block;font-size:12.5px;font-weight:600;letter-spacing:0;padding:2px 10px;border-radius:99px;background:var(--track);color:var(--soft);line-height:1.6;white-space:nowrap}
.badge.good{color:var(--green);background:color-mix(in srgb,var(--green) 14%,transparent)}.badge.warn{color:var(--orange);background:color-mix(in srgb,var(--orange) 15%,transparent)}.badge.bad{color:var(--red);background:color-mix(in srgb,var(--red) 14%,transparent)}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:18px 20px;margin:0}
.tiles{display:flex;flex-wrap:wrap;gap:1px;background:var(--line);border:1px solid var(--line);border-radius:14px;overflow:hidden}
.tile{flex:1 1 185px;background:var(--card);padding:16px 18px}.tile span{color:var(--soft);font-size:13px;display:block}.tile b{display:block;font-size:33px;letter-spacing:-.03em;line-height:1.25;font-weight:650}.tile b i{font-style:normal;font-size:17px;color:var(--soft);font-weight:400;letter-spacing:0}.tile small{color:var(--soft);font-size:12.5px;display:block}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:16px}.charts>*{min-width:0}
.charts.probe{grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr));align-items:start}.charts.probe>.scroll{grid-column:1/-1}
.chart{position:relative}.chart figcaption{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline;margin-bottom:8px}.chart figcaption>b{text-transform:none}.chart figcaption small{color:var(--soft);font-size:12.5px}
.chart figcaption>b:first-letter{text-transform:uppercase}
.legend{margin-left:auto;display:flex;flex-wrap:wrap;gap:0 12px}.key{font-size:12.5px;color:var(--soft);display:inline-flex;align-items:center;gap:6px}.key i{width:12px;height:3px;border-radius:2px}
svg{width:100%;height:auto;display:block;overflow:visible}svg text{font-size:12px;fill:var(--soft)}svg .label{fill:var(--soft);font-size:11.5px}svg .rule-label{font-size:11.5px;font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.grid{stroke:var(--grid)}.axis{stroke:var(--muted);stroke-width:1}.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.faint{fill:none;stroke-width:1;opacity:.28}.dashed{stroke-dasharray:5 4}.band{opacity:.16;stroke:none}
.rule{stroke-width:1.4;stroke-dasharray:5 4}.mark{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 3}.dots{fill:none;stroke:var(--blue);stroke-width:3.6;stroke-linecap:round;opacity:.42}
.cursor line{stroke:var(--soft);stroke-width:1}.cursor circle{stroke:var(--card);stroke-width:1.5}.cursor[hidden]{display:none}
.tip{position:absolute;pointer-events:none;background:var(--card);border:1px solid var(--line);border-radius:9px;box-shadow:0 6px 24px #0003;padding:7px 11px;font-size:12.5px;line-height:1.5;white-space:nowrap;z-index:2}.tip[hidden]{display:none}.tip b{float:right;margin-left:16px}
.stroke-blue{stroke:var(--blue)}.stroke-orange{stroke:var(--orange)}.stroke-green{stroke:var(--green)}.stroke-purple{stroke:var(--purple)}.stroke-red{stroke:var(--red)}.stroke-teal{stroke:var(--teal)}.stroke-muted{stroke:var(--muted)}.stroke-gold{stroke:var(--gold)}.stroke-pink{stroke:var(--pink)}.stroke-lime{stroke:var(--lime)}.stroke-brown{stroke:var(--brown)}
svg .fill-blue{fill:var(--blue)}svg .fill-orange{fill:var(--orange)}svg .fill-green{fill:var(--green)}svg .fill-purple{fill:var(--purple)}svg .fill-red{fill:var(--red)}svg .fill-teal{fill:var(--teal)}svg .fill-muted{fill:var(--muted)}svg .fill-gold{fill:var(--gold)}svg .fill-pink{fill:var(--pink)}svg .fill-lime{fill:var(--lime)}svg .fill-brown{fill:var(--brown)}
.bg-blue{background:var(--blue)}.bg-orange{background:var(--orange)}.bg-green{background:var(--green)}.bg-purple{background:var(--purple)}.bg-red{background:var(--red)}.bg-teal{background:var(--teal)}.bg-muted{background:var(--muted)}.bg-gold{background:var(--gold)}.bg-pink{background:var(--pink)}.bg-lime{background:var(--lime)}.bg-brown{background:var(--brown)}
.ink-blue{color:var(--blue)}
.scroll{overflow-x:auto;background:linear-gradient(90deg,var(--card) 40%,transparent) 0 0/36px 100% no-repeat local,linear-gradient(270deg,var(--card) 40%,transparent) 100% 0/36px 100% no-repeat local,linear-gradient(90deg,var(--edge),transparent) 0 0/14px 100% no-repeat scroll,linear-gradient(270deg,var(--edge),transparent) 100% 0/14px 100% no-repeat scroll,var(--card)}.protocols{display:grid;grid-template-columns:minmax(0,1fr);gap:16px}
table{border-collapse:collapse;width:100%;font-size:14px}th{font-weight:500;color:var(--soft);font-size:12.5px;text-align:left;vertical-align:bottom;padding:4px 14px 6px 0}td{padding:7px 14px 7px 0;border-top:1px solid var(--grid);white-space:nowrap}td:first-child{white-space:normal}td small,th small{display:block;color:var(--soft);font-weight:400;font-size:11.5px}tr.main td:first-child{font-weight:650}.wide{width:38%;min-width:150px}
.rate{position:relative;height:14px;background:var(--track);border-radius:4px}.rate i{position:absolute;inset:0 auto 0 0;border-radius:4px;opacity:.92}.rate s{position:absolute;top:3px;height:8px;border:solid var(--ink);border-width:0 2px;background:linear-gradient(var(--ink),var(--ink)) center/100% 2px no-repeat}
.plain td{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12.5px;white-space:normal;word-break:break-word;padding:4px 14px 4px 0}
section>.card+.card{margin-top:12px}summary{cursor:pointer;font-weight:600}summary small{color:var(--soft);font-weight:400;margin-left:6px}details table{margin-top:10px}
.command{font:13.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-x:auto}
.absent{border:1px dashed var(--muted);border-radius:12px;padding:14px 18px;color:var(--soft)}.absent strong{color:var(--ink);font-weight:600}code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--track);padding:1px 5px;border-radius:5px}
.controls{margin:-6px 0 14px}.failure{border-color:var(--red);margin-bottom:22px}.failure p{margin:6px 0 0;white-space:pre-wrap;overflow-wrap:anywhere}.other{margin-top:22px}.players{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:16px}
.player{padding:14px}.views{display:flex;gap:12px}.now{width:66%;aspect-ratio:1;border-radius:8px;border:1px solid var(--line)}.aside{flex:1;min-width:0;color:var(--soft);display:flex;flex-direction:column}.goal{width:100%;aspect-ratio:1;border-radius:8px;border:1px solid var(--line)}.aside small{margin-top:3px}.step{margin-top:auto;color:var(--ink);font-weight:600;font-size:14px}
.bar{display:flex;gap:10px;align-items:center;margin-top:11px}.bar input{flex:1;min-width:40px;accent-color:var(--blue);margin:0}.play{width:34px;padding:2px 0;font-size:12px}
.player figcaption{color:var(--soft);font-size:13px;margin-top:6px}.player.reached .now{box-shadow:0 0 0 3px var(--green)}
.meter{margin-bottom:16px}.gauge{position:relative;height:16px;border-radius:8px;background:linear-gradient(90deg,var(--green) 22%,var(--orange) 62%,var(--red) 92%)}.gauge i{position:absolute;top:-6px;width:4px;height:28px;margin-left:-2px;border-radius:2px;background:var(--ink);box-shadow:0 0 0 2.5px var(--card)}
.ticks{position:relative;height:44px;font-size:12.5px;color:var(--soft);margin-top:9px}.tick{position:absolute;transform:translateX(-50%);text-align:center;white-space:nowrap}.tick b{display:block;color:var(--ink)}
.comparison td.none{color:var(--soft);font-size:12.5px;white-space:normal;min-width:90px}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:16px}.panel h3{margin-bottom:10px}
.pictures{display:flex;gap:5px;margin-bottom:6px}.pictures img{width:40px;height:40px;image-rendering:pixelated;border-radius:4px;border:2px solid transparent}.pictures img.same{border-color:var(--green)}.pictures img:first-child{margin-right:9px}
@media (max-width:640px){main{padding:18px 14px 60px}h1{font-size:32px;overflow-wrap:anywhere}.card{padding:14px}.scroll>h3,.scroll>.after{position:sticky;left:0}table{font-size:13px}th,td{padding-right:11px}td:first-child{min-width:88px}.wide{width:auto;min-width:84px}section{margin-top:40px}.tick:last-child{transform:translateX(-82%)}.tick:first-child{transform:translateX(-12%)}svg text{font-size:15px}}
@media print{button,.bar{display:none}.card,.tiles{break-inside:avoid}}
`.replace(/\n/g, '');
