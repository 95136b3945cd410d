// The console. data/ speaks to the broker, parts/ is what screens are made of, screens/ has one file a
// screen, shell.tsx what is around them. Everything a screen shows is fetched when it opens and polled
// while it is seen; nothing is kept but the token (in the tab) and the theme.
import "./style.css";

import { render } from "preact";

import { Shell } from "./shell";

render(<Shell />, document.getElementById("app")!);
