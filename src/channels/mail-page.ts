import type { Notice } from '#channels/define'
import { type Button, buttonsOf, hexColourOf, plainLinks } from '#channels/look'
import { escapeHtml, fit, oneLine } from '#channels/text'

/** A notice as an e-mail shows it, in HTML and as plain text; no channel itself. */

// https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1: 998 characters a line; people see about 70 of them
export const SUBJECT = 200
const BODY = 20_000

const BUTTON = 'padding:10px 16px;border-radius:6px;text-decoration:none;display:inline-block;margin:0 8px 8px 0'
const FILLED = 'background:#111827;border:1px solid #111827;color:#ffffff'
const OUTLINED = 'background:#ffffff;border:1px solid #d1d5db;color:#111827'

/** The first thing a person would press stands out. */
const button = ({ label, url }: Button, index: number) =>
  `<a href="${escapeHtml(url)}" style="${index === 0 ? FILLED : OUTLINED};${BUTTON}">${escapeHtml(label)}</a>`

/** Inline styles and one table-free column: the part of HTML that all mail programs show alike. */
export function html(notice: Notice): string {
  const { title, body, at } = notice
  const buttons = buttonsOf(notice).map(button).join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;background:#f6f7f9;font:15px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif;color:#111827">
<div style="max-width:560px;margin:0 auto;background:#ffffff;border-top:4px solid ${hexColourOf(notice)};border-radius:8px;padding:24px">
<h1 style="font-size:18px;line-height:1.35;margin:0 0 12px">${fit(oneLine(title), SUBJECT * 6, { escaped: escapeHtml })}</h1>
<p style="margin:0;white-space:pre-line">${fit(body, BODY, { escaped: escapeHtml })}</p>
${buttons && `<p style="margin:24px 0 16px">${buttons}</p>`}
<p style="margin:16px 0 0;font-size:13px;color:#6b7280">${escapeHtml(at)}</p>
</div></body></html>`
}

export function plainText(notice: Notice): string {
  const { title, body, url, at } = notice
  const actions = plainLinks(buttonsOf(notice).filter(({ kind }) => kind !== 'open'))
  return [fit(oneLine(title), SUBJECT * 6), '', fit(body, BODY), '', actions, '', url, '', at]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
}
