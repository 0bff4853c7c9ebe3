// Looks at a page as everybody sees it: light and dark, wide and narrow, by the rules of WCAG 2.2 AA and good practice.
// With PICTURES, the name of a folder, it keeps a picture of each.
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

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
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (process.env.PICTURES) {
        const file = `${name.replace(/[^a-z0-9]+/gi, '-')}-${colorScheme}-${size.width}.png`;
        await page.screenshot({ path: `${process.env.PICTURES}/${file}`, fullPage: true });
      }
      if (overflow > 0) problems.push(`${where}: ${overflow} px wider than the window`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize(SIZES[0]);
  expect.soft(problems).toEqual([]);
}
