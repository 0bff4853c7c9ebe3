// Looks at a page as everybody sees it: light and dark, wide and narrow, by the rules of WCAG 2.2 AA and good practice.
// With PICTURES, the name of a folder, it keeps a picture of each.
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/// What is wider than the window, or than what holds it: a table that scrolls sideways, a text that is cut off.
export async function tooWide(page, where) {
  const found = await page.evaluate(() => {
    const found = [];
    const beyond = document.documentElement.scrollWidth - window.innerWidth;
    if (beyond > 0) found.push(`${beyond} px wider than the window`);
    for (const element of document.querySelectorAll('main *, dialog *')) {
      const holds = getComputedStyle(element).overflowX !== 'visible' && !element.matches('.vh, .tabnav, input, select, textarea, pre, svg');
      const beyond = element.scrollWidth - element.clientWidth;
      if (holds && beyond > 1 && element.clientWidth > 1) {
        found.push(`${element.localName}.${element.className} ${element.ariaLabel ?? ''} holds ${beyond} px more than it shows`);
      }
    }
    return found;
  });
  return found.map((text) => `${where}: ${text}`);
}

export async function look(page, name) {
  const problems = [];
  for (const colorScheme of ['light', 'dark']) {
    for (const size of SIZES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      const where = `${name}, ${colorScheme}, ${size.width} px`;
      // What is not a colour is the same in the dark.
      const rules = new AxeBuilder({ page });
      const { violations } = await (colorScheme === 'light' ? rules.withTags(RULES) : rules.withRules('color-contrast')).analyze();
      for (const { id, help, nodes } of violations) {
        problems.push(`${where}: ${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
      }
      if (process.env.PICTURES) {
        const file = `${name.replace(/[^a-z0-9]+/gi, '-')}-${colorScheme}-${size.width}.png`;
        await page.screenshot({ path: `${process.env.PICTURES}/${file}`, fullPage: true });
      }
      problems.push(...(await tooWide(page, where)));
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize(SIZES[0]);
  expect.soft(problems).toEqual([]);
}
