/**
 * A page as a browser takes it from a disk: without pictures from another file, which `file:` refuses, and with links to
 * the file of the first page, where a folder would be listed.
 * @param page - HTML as TypeDoc writes it
 */
export function selfContained(page) {
  return page
    .replace(/<use href="[^"#]*assets\/icons\.svg#/g, '<use href="#')
    .replace(/href="((?:\.\.\/)+|\.\/)(?=["#])/g, (_, up) => `href="${up === './' ? '' : up}index.html`);
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

/** What is read of a piece of HTML, on one line. */
export function textOf(html) {
  return html
    .replace(/<(script|style|svg|button)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/<(br|\/?(p|div|li|ul|ol|td|th|tr|table|pre|h\d))\b[^>]*>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(\w+|#39);/g, (entity, name) => ENTITIES[name] ?? entity)
    .replace(/\s+/g, ' ')
    .trim();
}
