/** With Ctrl (Cmd on a Mac) it makes the model that is pointed at a favourite, as browsers do with pages. */
export const FAVOUR = 'd'
