package workflow

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// State data is held as encoding/json decodes it, with every number a
// json.Number, so that 9007199254740993 and 0.0 leave as they came. Values are
// never changed once they exist: branches share them.

// decode reads exactly one JSON value.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

// encode writes a value with sorted keys and without escaping < and >, the bytes
// that count against the payload limit. Values come from decode, so an error
// here is a mistake in this package.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("workflow: encode a state's data: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// decodeDefinition is decode for a definition: a field that stands twice in one
// object is an error, since the second would silently win.
func decodeDefinition(data []byte) (any, error) {
	if _, err := decode(data); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return decodeOnce(d)
}

func decodeOnce(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return decodeMembers(d)
	case json.Delim('['):
		return decodeElements(d)
	}
	return t, nil
}

func decodeMembers(d *json.Decoder) (any, error) {
	members := map[string]any{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string)
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("field %q stands twice in one object", name)
		}
		if members[name], err = decodeOnce(d); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return members, err
}

func decodeElements(d *json.Decoder) (any, error) {
	elements := []any{}
	for d.More() {
		v, err := decodeOnce(d)
		if err != nil {
			return nil, err
		}
		elements = append(elements, v)
	}
	_, err := d.Token()
	return elements, err
}

// equal compares as the recordings do: numbers by value, so that 0 equals 0.0.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		n, ok := b.(json.Number)
		return ok && compareNumbers(a, n) == 0
	case []any:
		other, ok := b.([]any)
		return ok && slices.EqualFunc(a, other, equal)
	case map[string]any:
		other, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, other, equal)
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// compareNumbers orders exactly where both are integers of 64 bits, else as
// double precision, as the Java runtime behind Step Functions does.
func compareNumbers(a, b json.Number) int {
	x, errX := strconv.ParseInt(string(a), 10, 64)
	y, errY := strconv.ParseInt(string(b), 10, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	f, _ := strconv.ParseFloat(string(a), 64) // ±Inf when out of range: still ordered
	g, _ := strconv.ParseFloat(string(b), 64)
	return cmp.Compare(f, g)
}

func wholeNumber(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	return i, err == nil
}

func number(i int64) json.Number { return json.Number(strconv.FormatInt(i, 10)) }
