/*
 * A button may go away with what it did: the bar that was saved, the form that is filled in. The browser gives the focus to
 * the page itself then: the Tab key still goes on from there, but Escape reaches no sheet, and a screen reader hears nothing.
 */

const canFocus = (element: HTMLElement) => element.isConnected && !element.matches(':disabled');

/** Begins to keep the focus in the part of the window where it was when the element that had it goes away. */
export function keepFocus(): void {
  /** What had the focus last, and all that it stood in, from the inside. */
  let last: readonly HTMLElement[] = [];
  let isDue = false;
  document.addEventListener('focusin', ({ target }) => {
    const path: HTMLElement[] = [];
    for (let each = target; each instanceof HTMLElement && each !== document.body; each = each.parentElement)
      path.push(each);
    last = path;
  });
  const look = () => {
    isDue = false;
    const [focused] = last;
    if (focused === undefined || canFocus(focused) || document.activeElement !== document.body) return;
    const dialog = [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].at(-1);
    const near = last.find((each) => each !== focused && each.isConnected && each.id !== 'root');
    const place = near ?? dialog ?? document.querySelector<HTMLElement>('#view, main');
    if (place == null) return;
    if (!place.hasAttribute('tabindex')) {
      place.tabIndex = -1;
      place.dataset.keepsFocus = '';
      place.addEventListener(
        'blur',
        () => {
          place.removeAttribute('tabindex');
          delete place.dataset.keepsFocus;
        },
        { once: true },
      );
    }
    place.focus({ preventScroll: true });
  };
  // The browser takes the focus away while it draws; whoever leads it elsewhere on purpose has done so by then.
  new MutationObserver(() => {
    const [focused] = last;
    if (isDue || focused === undefined || canFocus(focused)) return;
    isDue = true;
    requestAnimationFrame(() => requestAnimationFrame(look));
  }).observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
}
