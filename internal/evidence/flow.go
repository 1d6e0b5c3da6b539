package evidence

import (
	"cmp"
	"fmt"
	"unicode/utf8"
)

// A figure shows the way of the data twice: lying for paper and screens, and
// standing for telephones. The page shows one of them.
type figure struct {
	Caption  string
	Drawings []drawing
}

// A drawing is laid out in units of an SVG view box; text is 12 units high.
type drawing struct {
	Class         string
	Width, Height int
	Boxes         []box
	Arrows        []arrow
}

type box struct {
	X, Y, W, H int
	Class      string
	Lines      []line
}

type line struct {
	X, Y  int
	Text  string
	Title bool
}

type arrow struct {
	X1, Y1, X2, Y2 int
	Head           string // path of its tip
}

// boxChars is how many characters a line in a box holds.
const boxChars = 20

func (w writer) flow() []block {
	if w.r.read() == 0 {
		return []block{w.paragraph("flow.nothing")}
	}
	steps, aside := w.flowTexts()
	return []block{{Figure: &figure{
		Caption: w.text("flow.caption", "read", w.r.read(), "source", w.product(w.r.Source), "changed", w.r.changed(),
			"present", w.r.present(), "target", w.product(w.r.Target), "aside", w.r.aside()),
		Drawings: []drawing{lying(steps, aside), standing(steps, aside)},
	}}}
}

func (w writer) product(d Desk) string { return cmp.Or(d.Product, d.Connector, w.text("unknown")) }

// flowTexts are the lines of the five steps and of what is set aside.
func (w writer) flowTexts() (steps [5][]string, aside []string) {
	key := w.text("flow.exists")
	if w.r.Sealed != nil {
		key = w.text("flow.destroyed")
	}
	sealed := w.text("flow.sealed")
	steps = [5][]string{
		{w.text("flow.source"), w.product(w.r.Source), w.text("flow.read", "n", w.r.read())},
		{w.text("flow.raw"), sealed, w.text("flow.records", "n", w.r.read()), key},
		{w.text("flow.policy"), cmp.Or(w.r.Answers.Preset, w.text("unknown")), w.text("flow.changed", "n", w.r.changed())},
		{w.text("flow.clean"), sealed, w.text("flow.remain", "n", sum(w.r.Residual)), key},
		{w.text("flow.target"), w.product(w.r.Target), w.text("flow.present", "n", w.r.present())},
	}
	return steps, []string{w.text("flow.aside"), w.text("flow.records", "n", w.r.aside()), w.text("flow.kept")}
}

// lying sets the steps side by side, and what is set aside below policy and
// cleaned data, where records leave the way.
func lying(steps [5][]string, aside []string) drawing {
	const width, height, gap, down = 132, 84, 25, 30
	d := drawing{Class: "lying", Width: 5*width + 4*gap + 2, Height: height + down + 64}
	for i, lines := range steps {
		b := newBox(1+i*(width+gap), 1, width, height, lines)
		d.Boxes = append(d.Boxes, b)
		if i > 0 {
			d.Arrows = append(d.Arrows, arrowRight(b.X-gap, b.X, 1+height/2))
		}
	}
	from, to := d.Boxes[2], d.Boxes[3]
	b := newBox(from.X, 1+height+down, to.X+to.W-from.X, 62, aside)
	b.Class = "aside"
	d.Boxes = append(d.Boxes, b)
	for _, x := range []int{from.X + width/2, to.X + width/2} {
		d.Arrows = append(d.Arrows, arrowDown(x, 1+height, 1+height+down))
	}
	return d
}

// standing sets the steps one below the other, and what is set aside beside
// policy and cleaned data.
func standing(steps [5][]string, aside []string) drawing {
	const width, height, gap, right, beside = 152, 78, 24, 24, 142
	d := drawing{Class: "standing", Width: width + right + beside + 2, Height: 5*height + 4*gap + 2}
	for i, lines := range steps {
		b := newBox(1, 1+i*(height+gap), width, height, lines)
		d.Boxes = append(d.Boxes, b)
		if i > 0 {
			d.Arrows = append(d.Arrows, arrowDown(1+width/2, b.Y-gap, b.Y))
		}
	}
	from, to := d.Boxes[2], d.Boxes[3]
	b := newBox(1+width+right, from.Y, beside, to.Y+to.H-from.Y, aside)
	b.Class = "aside"
	d.Boxes = append(d.Boxes, b)
	for _, y := range []int{from.Y + height/2, to.Y + height/2} {
		d.Arrows = append(d.Arrows, arrowRight(1+width, 1+width+right, y))
	}
	return d
}

// newBox centres the lines in a box; the first is its title.
func newBox(x, y, w, h int, lines []string) box {
	const leading = 17
	b := box{X: x, Y: y, W: w, H: h}
	top := y + (h-leading*len(lines))/2 + 13
	for i, text := range lines {
		b.Lines = append(b.Lines, line{x + w/2, top + i*leading, shorten(text, boxChars), i == 0})
	}
	return b
}

// shorten cuts a long name, which stands in full in the caption.
func shorten(text string, chars int) string {
	if utf8.RuneCountInString(text) <= chars {
		return text
	}
	return string([]rune(text)[:chars-1]) + "…"
}

const tip = 7 // length of an arrow's tip

func arrowRight(from, to, y int) arrow {
	return arrow{from, y, to - tip, y, fmt.Sprintf("M%d %dl-%d -4v8z", to, y, tip)}
}

func arrowDown(x, from, to int) arrow {
	return arrow{x, from, x, to - tip, fmt.Sprintf("M%d %dl-4 -%dh8z", x, to, tip)}
}
