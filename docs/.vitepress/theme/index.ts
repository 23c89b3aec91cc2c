/** VitePress's own theme, with what people need who see less. */

import theme from "vitepress/theme";
import "./contrast.css";

export default theme;
