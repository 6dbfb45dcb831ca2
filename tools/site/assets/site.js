/** Enter in the search opens the first result, unless the arrow keys have chosen another. */
document.getElementById('tsd-search-input')?.addEventListener('keydown', (event) => {
  const field = event.currentTarget;
  if (event.key !== 'Enter' || event.isComposing || field.getAttribute('aria-activedescendant')) return;
  event.preventDefault();
  const wanted = field.value;
  const open = (tries) => {
    if (field.value !== wanted || tries === 0) return;
    const first = document.querySelector('#tsd-search-results a');
    if (first !== null) {
      first.click();
      return;
    }
    // The index may have come after the question: it is asked once more.
    field.dispatchEvent(new Event('input'));
    setTimeout(open, 300, tries - 1);
  };
  // Results follow the last letter by 200 ms.
  setTimeout(open, 250, 20);
});

/** What is wider than its place scrolls by the keyboard, too. */
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute('tabindex');
  }
});
for (const element of document.querySelectorAll('pre > code, .wide')) widths.observe(element);
