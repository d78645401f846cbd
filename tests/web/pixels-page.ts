/** What the test of pixels calls in a page. */
import { addressedPictures } from '../../runtime/web/pictures/addressed-pictures.ts';

export const pictures = addressedPictures(document.baseURI);
