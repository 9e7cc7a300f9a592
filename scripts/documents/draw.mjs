// Draws the sample papers that the example cases name, from the cases' own data: `scripts/draw-documents [CASE.json …]`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { certificate, idBack, idFront, letter, photo } from './templates.mjs';

const root = join(import.meta.dirname, '../..');
const { chromium } = await import(join(root, 'e2e/node_modules/playwright-core/index.mjs'));

// What the platform takes: 200 KB at least; more than twice that would only make the repository heavy.
const SMALLEST = 205 * 1024;
const QUALITIES = [80, 84, 88, 91, 93, 95, 97];

const place = (address) => {
  const [, province = '', city = '', district = ''] = /^(.+?省)?(.+?市)(.+?[区县])/.exec(address) ?? [];
  return { province, city, district };
};

const seedOf = (text) => [...text].reduce((seed, c) => (seed * 31 + c.codePointAt(0)) % 9973, 7);

/** The person behind a site: its own manager, or the principal. */
const managerOf = (draft, site) => {
  const { manager, manager_is_principal: same } = draft.sites[site];
  return same || !manager?.name ? draft.principal : manager;
};

const years = (until, number) => (until === 'long-term' ? '2019-04-18' : `${Number(until.slice(0, 4)) - number}${until.slice(4)}`);

function paper(file, material) {
  const { draft } = file;
  const { city, district } = place(draft.subject.certificate_address);
  const person = material.site === undefined ? draft.principal : managerOf(draft, material.site);
  const seed = seedOf(person.certificate_number);
  switch (material.kind) {
    case 'subject_certificate': {
      const government = draft.basic.nature === 'government';
      const name = ['名称', draft.basic.name];
      const home = [government ? '机构地址' : '住所', draft.subject.certificate_address];
      const head = [government ? '负责人' : '法定代表人', draft.subject.legal_representative];
      const until = draft.subject.certificate_valid_until === 'long-term' ? '长期' : `至 ${draft.subject.certificate_valid_until}`;
      return certificate({
        title: government ? '统一社会信用代码证书' : '营业执照',
        number: draft.basic.certificate_number,
        accent: government ? '#8a3b33' : '#8c6a2f',
        issuer: government ? `${city}${district}示例编制办公室` : `${city}${district}市场监督管理局`,
        seed: seedOf(draft.basic.certificate_number),
        rows: government
          ? [name, ['机构性质', '机关'], home, head, ['赋码机关', `${city}${district}示例编制办公室`], ['有效期', until]]
          : [name, ['类型', '有限责任公司'], home, head, ['注册资本', '壹佰万元整（示例）'], ['营业期限', until], ['经营范围', '以示例案例所述业务为准。']],
      });
    }
    case 'principal_id_front':
    case 'manager_id_front':
      return idFront({ name: person.name, number: person.certificate_number, address: draft.subject.postal_address, seed });
    case 'principal_id_back':
    case 'manager_id_back': {
      const until = person.certificate_valid_until;
      return idBack({ issuer: `${city}公安局${district}分局`, from: years(until, 20), until, seed });
    }
    case 'manager_photo':
      return photo({ female: Number(person.certificate_number[16]) % 2 === 0, seed });
    case 'authorization_letter':
      return letter({
        unit: draft.basic.name,
        representative: draft.subject.legal_representative,
        manager: person.name,
        number: person.certificate_number,
        domains: draft.sites.map((site) => site.domain),
        on: '2026-11-16',
        seed,
      });
    default:
      throw new Error(`no template for ${material.kind}`);
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  for (const path of process.argv.slice(2)) {
    const file = JSON.parse(readFileSync(path, 'utf8'));
    for (const material of file.materials ?? []) {
      if (material.source === 'generated') continue;
      const { html, width, height } = paper(file, material);
      const page = await browser.newPage({ viewport: { width, height } });
      await page.setContent(html);
      await page.evaluate('document.fonts.ready');
      let bytes;
      for (const quality of QUALITIES) {
        bytes = await page.screenshot({ type: 'jpeg', quality });
        if (bytes.length >= SMALLEST) break;
      }
      await page.close();
      if (bytes.length < SMALLEST) throw new Error(`${material.source} is only ${bytes.length} bytes`);
      const to = join(dirname(path), material.source);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, bytes);
      console.log(`${relative(root, to)}  ${Math.round(bytes.length / 1024)} KB`);
    }
  }
} finally {
  await browser.close();
}
