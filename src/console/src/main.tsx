import "./style.css";
import { render } from "preact";

render(<h1>Squire</h1>, document.getElementById("app")!);
