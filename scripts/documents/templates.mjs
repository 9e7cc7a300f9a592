// The sample papers as pages: invented people and bodies, drawn in forms of our own and marked 示例 SAMPLE throughout.
// They carry the facts a reviewer compares and look like no real document.

const escape = (text) => String(text ?? '').replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const date = (text) => {
  const [year, month, day] = String(text).split('-');
  return day ? `${year} 年 ${Number(month)} 月 ${Number(day)} 日` : '长期';
};

const style = `
* { box-sizing: border-box; margin: 0; padding: 0 }
body { font-family: 'Noto Sans CJK SC', sans-serif; color: #2b2b2b; overflow: hidden; position: relative }
.desk { width: 100vw; height: 100vh; display: grid; place-items: center; background: radial-gradient(circle at 30% 20%, #b9b2a6, #8f887c) }
.paper { position: relative; background: #fdfcf7; box-shadow: 0 18px 40px rgba(0,0,0,.38), 0 2px 6px rgba(0,0,0,.3); overflow: hidden }
.mark { position: absolute; inset: -30%; display: grid; place-items: center; transform: rotate(-24deg); pointer-events: none; z-index: 3 }
.mark b { font-size: 120px; letter-spacing: 14px; color: rgba(190, 30, 45, .17); white-space: nowrap; line-height: 2.1 }
.seal { position: absolute; border: 6px solid #c0392b; border-radius: 50%; color: #c0392b; opacity: .82; display: grid; place-items: center; text-align: center; font-weight: 700; z-index: 2; padding: 22px; line-height: 1.35 }
.grain { position: absolute; inset: 0; z-index: 4; opacity: .3; mix-blend-mode: multiply; pointer-events: none }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 14px 30px }
dl { align-items: baseline } dt { color: #756a55; letter-spacing: 4px } dd { font-weight: 500 }
`;

// Paper is never perfectly smooth; without grain a reviewer would rightly suspect a drawing program.
const grain = (seed) => `<svg class="grain" width="100%" height="100%"><filter id="g"><feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="3" seed="${seed}"/><feColorMatrix values="0 0 0 0 .35  0 0 0 0 .33  0 0 0 0 .3  0 0 0 .55 0"/></filter><rect width="100%" height="100%" filter="url(#g)"/></svg>`;
const mark = (lines) => `<div class="mark">${Array.from({ length: lines }, () => '<b>示例 SAMPLE　示例 SAMPLE</b>').join('')}</div>`;
const seal = (text, size, where) => `<div class="seal" style="width:${size}px;height:${size}px;font-size:${Math.round(size / 9)}px;${where}">${escape(text)}<br>示例章</div>`;

const page = (width, height, body, seed, extra = '') => ({
  width,
  height,
  html: `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>${style}${extra}</style><body style="width:${width}px;height:${height}px">${body}${grain(seed)}</body></html>`,
});

/** The certificate of a unit: licence, certificate of a public body, and so on. */
export function certificate({ title, number, rows, issuer, seed, accent }) {
  const list = rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('');
  return page(1600, 1130, `<div class="desk"><div class="paper cert" style="transform:rotate(${((seed % 5) - 2) * 0.35}deg)">
    <div class="edge"><h1>${escape(title)}</h1><p class="sub">（副本）· 示例文件，非真实证件</p>
    <p class="number">统一社会信用代码　<b>${escape(number)}</b></p><dl>${list}</dl>
    ${seal(issuer, 220, 'right:110px;bottom:70px')}<p class="issuer">发证机关：${escape(issuer)}</p></div>${mark(5)}</div></div>`, seed, `
    .cert { width: 1470px; height: 1020px; padding: 34px }
    .edge { height: 100%; border: 10px double ${accent}; padding: 44px 80px; position: relative }
    h1 { text-align: center; font-family: 'Noto Serif CJK SC', serif; font-size: 62px; letter-spacing: 20px; color: ${accent} }
    .sub { text-align: center; font-size: 22px; color: #756a55; margin: 6px 0 22px } .number { font-size: 27px; margin-bottom: 26px }
    .number b { letter-spacing: 2px; font-size: 31px } dl { font-size: 27px; line-height: 1.5; padding-right: 40px } .issuer { position: absolute; right: 70px; bottom: 26px; font-size: 22px; color: #756a55 }`);
}

const face = (seed, female) => {
  const skin = ['#f0cfae', '#e8c19c', '#f3d7bb', '#deb48d'][seed % 4];
  const cloth = ['#2f4b6b', '#5a6b4a', '#7a4a45', '#3d3d48', '#46716d'][seed % 5];
  const hair = ['#241f1d', '#33261f', '#1d1d22'][seed % 3];
  const back = female ? `<path d="M-112 -60 Q-118 -190 0 -196 Q118 -190 112 -60 L122 120 Q0 160 -122 120Z" fill="${hair}"/>` : `<path d="M-106 0 Q-124 -176 -6 -182 Q124 -180 106 0 Q0 -60 -106 0Z" fill="${hair}"/>`;
  const top = female
    ? `<path d="M-104 -30 Q-112 -176 0 -178 Q112 -176 104 -30 Q70 -104 -10 -112 Q-70 -100 -104 -30Z" fill="${hair}"/>`
    : `<path d="M-106 -20 Q-124 -176 -6 -182 Q124 -180 106 -20 Q96 -88 58 -108 Q-20 -92 -72 -110 Q-100 -80 -106 -20Z" fill="${hair}"/>`;
  return `<g>${back}<path d="M-250 420 Q-240 210 -60 180 L60 180 Q240 210 250 420Z" fill="${cloth}"/><path d="M-62 178 L0 262 L62 178Z" fill="#f7f5f0"/>
    <path d="M-46 100 h92 v78 q-46 44 -92 0Z" fill="${skin}"/><path d="M-46 112 q46 50 92 0 v26 q-46 44 -92 0Z" fill="#000" opacity=".09"/><ellipse cx="0" cy="0" rx="100" ry="132" fill="${skin}"/>${top}
    <ellipse cx="-40" cy="-6" rx="9" ry="7" fill="#2a2320"/><ellipse cx="40" cy="-6" rx="9" ry="7" fill="#2a2320"/>
    <path d="M-58 -30 q18 -12 36 -2 M22 -32 q18 -10 36 2" stroke="${hair}" stroke-width="7" fill="none" stroke-linecap="round"/>
    <path d="M-2 4 q-10 30 4 34" stroke="#c39a73" stroke-width="5" fill="none" stroke-linecap="round"/><path d="M-26 68 q26 14 52 0" stroke="#a85f52" stroke-width="7" fill="none" stroke-linecap="round"/></g>`;
};

/** The side of an identity card with the person. */
export function idFront({ name, number, address, seed }) {
  const female = Number(number[16]) % 2 === 0;
  const birth = `${number.slice(6, 10)} 年 ${Number(number.slice(10, 12))} 月 ${Number(number.slice(12, 14))} 日`;
  return page(1600, 1100, `<div class="desk"><div class="paper card" style="transform:rotate(${((seed % 7) - 3) * 0.4}deg)">
    <p class="head">居民身份证示例 · SPECIMEN, NOT AN IDENTITY DOCUMENT</p>
    <dl><dt>姓名</dt><dd class="big">${escape(name)}</dd><dt>性别</dt><dd>${female ? '女' : '男'}　<span>民族</span>　汉</dd><dt>出生</dt><dd>${birth}</dd><dt>住址</dt><dd class="address">${escape(address)}</dd></dl>
    <p class="number"><span>公民身份号码</span>${escape(number)}</p>
    <svg class="face" viewBox="-260 -260 520 640">${face(seed, female)}</svg>${mark(4)}</div></div>`, seed, CARD);
}

/** The side of an identity card with its term. */
export function idBack({ issuer, from, until, seed }) {
  return page(1600, 1100, `<div class="desk"><div class="paper card back" style="transform:rotate(${((seed % 7) - 3) * 0.4}deg)">
    <p class="head">居民身份证示例 · SPECIMEN, NOT AN IDENTITY DOCUMENT</p>
    <svg class="waves" viewBox="0 0 1200 300">${Array.from({ length: 9 }, (_, i) => `<path d="M0 ${60 + i * 22} Q300 ${i * 22} 600 ${60 + i * 22} T1200 ${60 + i * 22}" fill="none" stroke="#9db8a8" stroke-width="3"/>`).join('')}</svg>
    <h2>国徽面（示例）</h2><dl><dt>签发机关</dt><dd>${escape(issuer)}</dd><dt>有效期限</dt><dd>${from.replaceAll('-', '.')} — ${until === 'long-term' ? '长期' : until.replaceAll('-', '.')}</dd></dl>${mark(4)}</div></div>`, seed, CARD);
}

const CARD = `.card { width: 1370px; height: 864px; border-radius: 44px; padding: 60px 80px; background: linear-gradient(135deg, #eef4ee, #f7f1e6 60%, #e8eff3) }
  .head { font-size: 21px; letter-spacing: 2px; color: #7d8a80; margin-bottom: 44px } dl { font-size: 34px; width: 790px; gap: 26px 30px; line-height: 1.45 } dt, span { color: #5c7f98; font-size: 29px; letter-spacing: 2px }
  .big { font-size: 46px } .card .number { position: absolute; left: 80px; bottom: 62px; font-size: 44px; letter-spacing: 5px } .number span { margin-right: 34px } .face { position: absolute; right: 78px; top: 150px; width: 380px; height: 480px; background: #fbfbf9 }
  .back h2 { font-family: 'Noto Serif CJK SC', serif; font-size: 66px; letter-spacing: 18px; color: #8a3b33; margin: 10px 0 60px } .back dl { margin-left: 4px; width: 1000px } .waves { position: absolute; left: 80px; right: 80px; bottom: 60px }`;

/** The photograph of a person in front of a plain white wall. */
export function photo({ female, seed }) {
  return page(1080, 1440, `<svg viewBox="-540 -720 1080 1440" width="1080" height="1440"><defs><radialGradient id="w" cx=".42" cy=".32" r=".9"><stop offset="0" stop-color="#ffffff"/><stop offset="1" stop-color="#e9e9e6"/></radialGradient></defs>
    <rect x="-540" y="-720" width="1080" height="1440" fill="url(#w)"/><g transform="translate(0 60) scale(1.95)">${face(seed, female)}</g></svg>
    <div style="position:absolute;left:0;right:0;bottom:56px;text-align:center;font-size:52px;letter-spacing:8px;color:rgba(255,255,255,.85);font-weight:700">示例 SAMPLE · 手绘人像</div>`, seed);
}

/** The letter in which a unit names who acts for it. */
export function letter({ unit, representative, manager, number, domains, on, seed }) {
  return page(1240, 1754, `<div class="desk"><div class="paper letter" style="transform:rotate(${((seed % 5) - 2) * 0.3}deg)"><h1>网站备案授权书</h1>
    <p>兹授权 <u>${escape(manager)}</u>（居民身份证号码 <u>${escape(number)}</u>）为我单位网站负责人，办理下列域名的互联网信息服务备案，并负责其日常管理：</p>
    <ul>${domains.map((domain) => `<li>${escape(domain)}</li>`).join('')}</ul>
    <p>被授权人就上述事项所作的陈述与提交的材料，我单位均予认可，并承担相应的法律责任。授权期限至上述网站备案注销之日止。</p>
    <p class="note">本文件为软件演示用示例，单位、人员、号码与域名均为虚构。This letter is a sample; every name, number and domain in it is invented.</p>
    <div class="foot"><p>单位（盖章）：${escape(unit)}</p><p>法定代表人（签字）：<i>${escape(representative)}</i></p><p>日期：${date(on)}</p></div>${seal(unit, 250, 'right:70px;bottom:300px')}${mark(8)}</div></div>`, seed, `
    .letter { width: 1150px; height: 1640px; padding: 120px 120px } .letter h1 { text-align: center; font-family: 'Noto Serif CJK SC', serif; font-size: 54px; letter-spacing: 12px; margin-bottom: 80px }
    .letter p { font-size: 32px; line-height: 2.1; text-indent: 2em; margin-bottom: 26px } .letter ul { font-size: 34px; line-height: 2; margin: 0 0 26px 4em } u { text-underline-offset: 8px; text-decoration-thickness: 2px }
    .letter .note { font-size: 22px; line-height: 1.7; color: #8a8275; text-indent: 0 } .foot { position: absolute; left: 420px; bottom: 190px } .foot p { text-indent: 0 } i { font-family: 'Noto Serif CJK SC', serif; font-size: 40px }`);
}

export { date };
