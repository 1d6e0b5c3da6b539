package workflow

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
)

// itemReader reads the items of a distributed Map from an object, or lists
// objects. ItemsPath has no effect beside it, as recorded on AWS.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
type itemReader struct {
	list       bool
	parameters *template
	format     string   // InputType
	headers    []string // of CSV, if given
	maxItems   *setting
}

var (
	s3Get  = regexp.MustCompile(`^arn:aws[a-z-]*:states:::s3:getObject$`)
	s3List = regexp.MustCompile(`^arn:aws[a-z-]*:states:::s3:listObjectsV2$`)
	s3Put  = regexp.MustCompile(`^arn:aws[a-z-]*:states:::s3:putObject$`)
)

func (p *parser) itemReader(f *fields) *itemReader {
	if f = f.object("ItemReader"); f == nil {
		return nil
	}
	defer f.done()
	f.require("Resource", "Parameters")
	resource := f.text("Resource")
	r := &itemReader{list: s3List.MatchString(resource)}
	switch {
	case r.list:
		r.parameters = p.objectParameters(f, "Bucket", "Prefix")
	case s3Get.MatchString(resource):
		r.parameters = p.objectParameters(f, "Bucket", "Key")
		f.require("ReaderConfig")
	default:
		f.take("Parameters")
		p.refuse(f.at+"/Resource", "the ItemReader resource %q", resource)
	}
	p.readerConfig(r, f.object("ReaderConfig"))
	return r
}

// objectParameters reads where objects are, and refuses what says more than that.
func (p *parser) objectParameters(f *fields, known ...string) *template {
	t := f.template("Parameters")
	if t == nil {
		return nil
	}
	for _, name := range t.names() {
		if !slices.Contains(known, name) {
			p.refuse(f.at+"/Parameters/"+name, "the parameter %q", name)
		}
	}
	return t
}

func (p *parser) readerConfig(r *itemReader, c *fields) {
	if c == nil {
		return
	}
	defer c.done()
	r.maxItems = c.wholeSetting("MaxItems", 0, 100_000_000)
	if r.list {
		return
	}
	c.require("InputType")
	switch r.format = c.text("InputType"); r.format {
	case "JSON", "JSONL":
	case "CSV":
		p.csvConfig(r, c)
	default:
		p.refuse(c.at+"/InputType", "the input type %q", r.format)
	}
}

func (p *parser) csvConfig(r *itemReader, c *fields) {
	c.require("CSVHeaderLocation")
	switch where := c.text("CSVHeaderLocation"); where {
	case "FIRST_ROW":
	case "GIVEN":
		c.require("CSVHeaders")
		r.headers = c.texts("CSVHeaders")
	default:
		p.invalid(c.at+"/CSVHeaderLocation", "there is no location %q", where)
	}
}

// most is the value of MaxItems; 0 means all, as recorded. It is read before the
// Map Run starts, which it does not if MaxItemsPath leads to no number.
func (r *itemReader) most(v *visit) (int64, error) {
	if r == nil || r.maxItems == nil {
		return 0, nil
	}
	return r.maxItems.whole(v.see(v.effective))
}

func (r *itemReader) read(ctx context.Context, v *visit, most int64) ([]any, error) {
	if most < 0 {
		return nil, failure(errItemReader, "field MaxItems must be positive")
	}
	bucket, key, err := v.objectPlace(r.parameters, "Key", "Prefix")
	if err != nil {
		return nil, err
	}
	items, err := r.load(ctx, v.thread.run.x.Objects, bucket, key)
	switch {
	case ctx.Err() != nil:
		return nil, stopped(ctx, err)
	case err != nil:
		return nil, failure(errItemReader, "%v", err)
	case most > 0 && most < int64(len(items)):
		return items[:most], nil
	}
	return items, nil
}

// objectPlace evaluates the parameters that say where an object is.
func (v *visit) objectPlace(parameters *template, keys ...string) (bucket, key string, err error) {
	value, err := parameters.eval(v.see(v.effective))
	if err != nil {
		return "", "", err
	}
	place := value.(map[string]any) // a template is an object
	for _, name := range keys {
		if k, ok := place[name].(string); ok {
			key = k
		}
	}
	bucket, ok := place["Bucket"].(string)
	if !ok {
		return "", "", runtimeFailure("The parameter Bucket must be a string.")
	}
	return bucket, key, nil
}

var errNoObjects = errors.New("the execution was given no objects to read or write")

func (r *itemReader) load(ctx context.Context, objects Objects, bucket, key string) ([]any, error) {
	if objects == nil {
		return nil, errNoObjects
	}
	if r.list {
		listed, err := objects.List(ctx, bucket, key)
		return listing(listed), err
	}
	body, err := objects.Get(ctx, bucket, key)
	if err != nil {
		return nil, err
	}
	items, err := r.parse(body)
	return items, errors.Join(err, body.Close())
}

// listing has the fields, and their odd spelling, that AWS gives to its items.
func listing(objects []Object) []any {
	items := make([]any, len(objects))
	for i, o := range objects {
		items[i] = map[string]any{
			"Etag":         o.ETag,
			"Key":          o.Key,
			"LastModified": number(o.Modified.Unix()),
			"Size":         number(o.Size),
			"StorageClass": "STANDARD",
		}
	}
	return items
}

func (r *itemReader) parse(body io.Reader) ([]any, error) {
	switch r.format {
	case "CSV":
		return readCSV(body, r.headers)
	case "JSONL":
		return readLines(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	value, err := decode(content)
	if err != nil {
		return nil, errors.New("the object is not JSON")
	}
	items, ok := value.([]any)
	if !ok {
		return nil, errors.New("the object holds no JSON array")
	}
	return items, nil
}

func readLines(body io.Reader) ([]any, error) {
	items := []any{}
	d := json.NewDecoder(body)
	d.UseNumber()
	for {
		var item any
		err := d.Decode(&item)
		if errors.Is(err, io.EOF) {
			return items, nil
		}
		if err != nil {
			return nil, errors.New("the object is not JSON Lines")
		}
		items = append(items, item)
	}
}

// readCSV takes a missing field for an empty one and leaves out those beyond the
// headers, as recorded.
func readCSV(body io.Reader, headers []string) ([]any, error) {
	r := csv.NewReader(body)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, errors.New("the object is not CSV")
	}
	if headers == nil && len(rows) > 0 {
		headers, rows = rows[0], rows[1:]
	}
	if len(slices.Compact(slices.Sorted(slices.Values(headers)))) < len(headers) {
		return nil, errors.New("CSV headers cannot contain duplicates")
	}
	items := make([]any, len(rows))
	for i, row := range rows {
		item := make(map[string]any, len(headers))
		for j, name := range headers {
			item[name] = ""
			if j < len(row) {
				item[name] = row[j]
			}
		}
		items[i] = item
	}
	return items, nil
}
