import { createHash } from 'node:crypto'

const light =
  '--bg:#f9fafb;--sf:#fff;--ln:#e7e9ec;--fg:#181b21;--mu:#50545c;--u:#3fbb8b;--ut:#006e49;--us:#eefaf4;--ul:#bfe8d5;--d:#f5a623;--dt:#8a5700;--ds:#fff8eb;--dl:#f6dfb2;--x:#cb1420;--xt:#b3121d;--xs:#fff1f0;--xl:#ffcfcb;--m:#0f62c0;--mt:#1559a8;--ms:#eff6ff;--ml:#c8ddf8;--n:#c3c7cc'
const dark =
  '--bg:#0d0e11;--sf:#141519;--ln:#26282d;--fg:#eff0f2;--mu:#abafb6;--u:#4fcb9b;--ut:#62d6a7;--us:#0d2a20;--ul:#1d5441;--d:#f0b03c;--dt:#f3c069;--ds:#2c2110;--dl:#5f4717;--x:#e93e3d;--xt:#ff8a82;--xs:#351513;--xl:#6f2723;--m:#3c7ad9;--mt:#86b8f5;--ms:#10203a;--ml:#24446f;--n:#494c52'

/** Six colours make a theme; `auto` follows the reader's system. */
const themes = {
  light: `:root{${light};color-scheme:light}`,
  dark: `:root{${dark};color-scheme:dark}`,
  auto: `:root{${light};color-scheme:light dark}@media(prefers-color-scheme:dark){:root{${dark}}}`,
}

const rules = `*{box-sizing:border-box;margin:0}
body{background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-font-smoothing:antialiased;overflow-wrap:anywhere}
.in{max-width:780px;margin:0 auto;padding:0 20px}
a{color:inherit;text-underline-offset:3px;text-decoration-color:var(--n)}
:focus-visible{outline:2px solid var(--fg);outline-offset:2px;border-radius:4px}
ul,ol{list-style:none;padding:0}
.o{position:absolute}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--sf);padding:8px 12px}
header .in{padding-top:28px;padding-bottom:28px}
.lg{display:inline-flex;align-items:center;gap:10px;font-size:18px;font-weight:650;letter-spacing:-.01em;text-decoration:none}
.lg svg{flex:none}
.about{color:var(--mu);margin-top:6px;text-wrap:pretty;white-space:pre-line}
.hero{display:grid;grid-template-columns:auto 1fr;gap:14px;align-items:start;padding:22px 22px 24px;border-radius:14px;border:1px solid var(--ln);background:var(--sf)}
.hero>.g{margin-top:3px}.hu{background:var(--us);border-color:var(--ul)}.hd{background:var(--ds);border-color:var(--dl)}.hx{background:var(--xs);border-color:var(--xl)}.hm{background:var(--ms);border-color:var(--ml)}
h1{font-size:27px;line-height:1.25;letter-spacing:-.02em;font-weight:650;text-wrap:balance}
.hero p{margin-top:4px;color:var(--mu);text-wrap:pretty}
section+section{margin-top:36px}h2{font-size:15px;font-weight:600;margin-bottom:10px}h3{font-size:16px;font-weight:550;letter-spacing:-.005em}
.card{background:var(--sf);border:1px solid var(--ln);border-radius:12px}.q{color:var(--mu);font-size:14.5px}
.inc{padding:18px 20px 20px}.inc+.inc{margin-top:12px}
.inc ol{margin-top:16px;border-left:2px solid var(--ln);margin-left:5px}.inc li{position:relative;padding-left:20px}.inc li+li{margin-top:14px}
.inc li::before{content:"";position:absolute;left:-6px;top:8px;width:10px;height:10px;border-radius:9px;background:var(--n);box-shadow:0 0 0 3px var(--sf)}.inc li:first-child::before{background:var(--x)}
.inc b{font-weight:600;margin-right:8px}.inc time{color:var(--mu);font-size:14px}.inc .q time{font-size:inherit}
.cs>li{padding:16px 20px}.cs>li+li,.past>article+article{border-top:1px solid var(--ln)}
.r{display:flex;align-items:center;gap:10px}.r h3{flex:1;min-width:0}.st{font-size:14px;text-align:right;flex:none}
.b{margin-top:12px;overflow:hidden}.b>svg{display:block;width:100%;height:34px}
.l{display:flex;justify-content:space-between;gap:8px;color:var(--mu);font-size:13px;margin-top:6px;font-variant-numeric:tabular-nums}.s{display:none}
.h{font-size:13px;color:var(--mu);margin-top:6px}summary{cursor:pointer}.h ul{margin-top:4px;display:grid;gap:2px;padding-left:14px}.h time{display:inline-block;min-width:60px;color:var(--fg)}
.u{fill:var(--u);color:var(--u)}path.u{opacity:.72}.d{fill:var(--d);color:var(--d)}.x{fill:var(--x);color:var(--x)}.m{fill:var(--m);color:var(--m)}.n{fill:var(--n);color:var(--n)}
.k{fill:var(--sf)}.f{fill:var(--u);opacity:.35}.g{flex:none;display:block}.ck{fill:none;stroke:var(--sf);stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}.dk{stroke:#3a2600}.wh{stroke:#fff}
.ut{color:var(--ut)}.dt{color:var(--dt)}.xt{color:var(--xt)}.mt{color:var(--mt)}.nt{color:var(--mu)}
.past>article{padding:16px 20px}.past p{margin-top:2px}.none{padding:18px 20px;color:var(--mu)}
footer{margin-top:56px;border-top:1px solid var(--ln);color:var(--mu);font-size:14px}
footer .in{display:flex;flex-wrap:wrap;gap:8px 24px;justify-content:space-between;padding-top:20px;padding-bottom:40px}
.lost{padding-top:18vh;padding-bottom:18vh}.lost p{margin-top:10px;color:var(--mu)}
@media(max-width:600px){.in{padding:0 16px}header .in{padding-top:18px;padding-bottom:18px}h1{font-size:23px}.hero{padding:18px}.b{display:flex;justify-content:flex-end}.b>svg{width:200%;flex:none}.w{display:none}.s{display:inline}.cs>li,.inc,.past>article{padding-left:16px;padding-right:16px}section+section{margin-top:30px}}
@media(forced-colors:active){.f,.u,.d,.x,.m,.n{forced-color-adjust:none}}
@media print{.h{display:none}}`.replaceAll('\n', '')

export type Theme = keyof typeof themes

/** Nothing may run, load, frame or post; only this very style sheet applies. */
function sheet(theme: Theme) {
  const css = themes[theme] + rules
  const hash = createHash('sha256').update(css).digest('base64')
  return {
    css,
    policy: `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
  }
}
export const sheets = { light: sheet('light'), dark: sheet('dark'), auto: sheet('auto') }
