/**
 * Which element of the page shows which row: a row keeps its element for as long as it is drawn, and one that is drawn
 * anew takes the element of one that is not drawn any more. To change an element's texts takes a fraction of what it takes
 * to make one, and a filter changes all rows at once.
 */
export class RowKeys {
  private keys = new Map<number, number>();
  private made = 0;

  /**
   * @param ids of the rows that are drawn, in their order.
   * @param focused the id of the row that may have the focus: its element never becomes another row's, for nobody would be
   *   told that the focus stands elsewhere.
   * @returns the key of each row's element.
   */
  of(ids: readonly number[], focused: number | null): readonly number[] {
    const drawn = new Set(ids);
    const free = [...this.keys].filter(([id]) => !drawn.has(id) && id !== focused).map(([, key]) => key);
    let taken = 0;
    const next = new Map<number, number>();
    for (const id of ids) next.set(id, this.keys.get(id) ?? free[taken++] ?? this.made++);
    this.keys = next;
    return [...next.values()];
  }
}
