package evidence

// A section is a numbered part of the page. The text of its heading is that of
// "section." and its ID.
type section struct {
	ID     string
	Blocks []block
}

// A block is one of its fields; the others are zero. What it holds is plain text,
// and what stands between `backquotes` is set as code.
type block struct {
	Text    string
	Heading string
	Terms   []term
	Items   []string
	Table   *table
	Figure  *figure
	Blanks  []string // to be filled in by hand
}

// A term is a word and what is said of it.
type term struct {
	Name, Meaning string
	Code          bool // the name is a word of a vocabulary
}

// A table has a caption always, and the header of each row in its first cell.
type table struct {
	ID      string // unique within the page
	Caption string
	Columns []column
	Rows    [][]cell
	Total   []cell
	Class   string
}

type column struct{ Name, Class string }

type cell struct {
	Text  string
	Class string
	Code  bool
}

func textColumn(name string) column   { return column{name, ""} }
func numberColumn(name string) column { return column{name, "number"} }

func plain(text string) cell { return cell{Text: text} }
func code(text string) cell  { return cell{Text: text, Code: true} }

// A writer turns one report into the blocks of a page in one language.
type writer struct {
	*language
	r Report
}

// count is a number in a table. A zero is there, and stands back.
func (w writer) count(n int) cell {
	if n == 0 {
		return cell{Text: "0", Class: "number zero"}
	}
	return cell{Text: w.number(n), Class: "number"}
}

// alarm is a number that should be zero. It stands out by weight and by a sign,
// not by colour alone.
func (w writer) alarm(n int) cell {
	c := w.count(n)
	if n != 0 {
		c.Text, c.Class = "! "+c.Text, "number alarm"
	}
	return c
}

// orUnknown says so where nothing was stated.
func (w writer) orUnknown(value string) string {
	if value == "" {
		return w.text("unknown")
	}
	return value
}

func (w writer) paragraph(key string, pairs ...any) block { return block{Text: w.text(key, pairs...)} }
