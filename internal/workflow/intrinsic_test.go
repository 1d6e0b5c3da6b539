package workflow

import (
	"errors"
	"strings"
	"testing"
)

func evaluate(t testing.TB, text, data string) (any, error) {
	t.Helper()
	e, err := parseExpression(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	v, err := decode([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return e.eval(view{data: v, context: func() any { return map[string]any{"State": map[string]any{"Name": "S"}} }})
}

func TestIntrinsicFunctions(t *testing.T) {
	const data = `{"a":[1,2,2.0,"x",null],"s":"a,b;c","o":{"k":1},"n":-1.5,"t":"{} and {}"}`
	for _, c := range []struct{ text, want string }{
		{`States.Array(1, 'two', null, true, $.o)`, `[1,"two",null,true,{"k":1}]`},
		{`States.ArrayPartition($.a, 2)`, `[[1,2],[2.0,"x"],[null]]`},
		{`States.ArrayContains($.a, 2)`, `true`},
		{`States.ArrayContains($.a, '2')`, `false`},
		{`States.ArrayRange(1, 9, 3)`, `[1,4,7]`},
		{`States.ArrayRange(3, 1, -1)`, `[3,2,1]`},
		{`States.ArrayRange(3, 1, 1)`, `[]`},
		{`States.ArrayGetItem($.a, 3)`, `"x"`},
		{`States.ArrayLength($.a)`, `5`},
		{`States.ArrayUnique($.a)`, `[1,2,"x",null]`},
		{`States.Base64Encode('Data to encode')`, `"RGF0YSB0byBlbmNvZGU="`},
		{`States.Base64Decode('RGF0YSB0byBlbmNvZGU=')`, `"Data to encode"`},
		{`States.Format('{}-{}', $$.State.Name, 7)`, `"S-7"`},
		{`States.Format('\{\} it\'s {} \\', $.o)`, `"{} it's {k=1} \\"`},
		{`States.Format('{}', $.a)`, `"[1, 2, 2.0, x, null]"`},
		{`States.Format($.t, 1, 2)`, `"1 and 2"`},
		{`States.Hash('input data', 'SHA-256')`, `"b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3"`},
		{`States.JsonMerge($.o, States.StringToJson('{"k":2,"l":3}'), false)`, `{"k":2,"l":3}`},
		{`States.JsonToString($.o)`, `"{\"k\":1}"`},
		{`States.MathAdd($.n, 0)`, `-1`},
		{`States.MathAdd(1.5, 1.4)`, `3`},
		{`States.StringSplit($.s, ',;')`, `["a","b","c"]`},
		{`States.StringToJson('[1, 2.50]')`, `[1,2.50]`},
		{`States.ArrayLength( States.Array( $['s'] , $.o ) )`, `2`},
	} {
		got, err := evaluate(t, c.text, data)
		if err != nil || string(encode(got)) != string(encode(mustDecode(t, []byte(c.want)))) {
			t.Errorf("%s = %s, %v; want %s", c.text, encode(got), err, c.want)
		}
	}
}

// TestIntrinsicFailures: a function that cannot do its work ends the execution,
// and says so without the data it was given.
func TestIntrinsicFailures(t *testing.T) {
	const data = `{"secret":"Jane Doe","a":[1],"big":9223372036854775807}`
	for _, text := range []string{
		`States.ArrayPartition($.secret, 2)`, `States.ArrayPartition($.a, 0)`, `States.ArrayContains($.secret, 1)`,
		`States.ArrayRange(0, 1000, 1)`, `States.ArrayRange(0, 1, 0)`, `States.ArrayRange($.secret, 1, 1)`,
		`States.ArrayGetItem($.a, 1)`, `States.ArrayGetItem($.a, -1)`, `States.ArrayLength($.secret)`, `States.ArrayUnique($.secret)`,
		`States.Base64Encode($.a)`, `States.Base64Decode($.secret)`, `States.Format($.a)`, `States.Format($.secret, 1)`,
		`States.Hash($.secret, 'CRC')`, `States.JsonMerge($.a, $.a, false)`, `States.JsonMerge($, $, true)`,
		`States.MathAdd($.secret, 1)`, `States.MathAdd($.big, 1)`, `States.MathRandom(3, 3)`, `States.StringSplit($.a, ',')`,
		`States.StringToJson($.secret)`, `States.StringToJson($.a)`, `States.Array(States.ArrayLength($.missing))`,
	} {
		_, err := evaluate(t, text, data)
		f := wantFailure(t, err, "States.Runtime")
		if !f.fatal || strings.Contains(f.Cause, "Jane") || strings.Count(f.Cause, "had the following error") != 1 {
			t.Errorf("%s: %s", text, f.Cause)
		}
	}
}

func TestRandomStaysInItsRange(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		v, err := evaluate(t, `States.MathRandom(1, 4)`, `{}`)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(encode(v))] = true
	}
	if len(seen) != 3 || seen["4"] {
		t.Errorf("saw %v, want 1, 2 and 3", seen)
	}
}

func TestCallsThatAreNotTaken(t *testing.T) {
	for text, feature := range map[string]string{
		`States.Nothing(1)`:          "States.Nothing",
		`States.MathRandom(1, 2, 3)`: "seed",
		`States.Array($..a)`:         "descendant",
	} {
		_, err := parseExpression(text)
		var r *Refused
		if !errors.As(err, &r) || !strings.Contains(r.Feature, feature) {
			t.Errorf("%s: %v, want %q refused", text, err, feature)
		}
	}
	deep := strings.Repeat("States.Array(", 12) + "1" + strings.Repeat(")", 12)
	for _, text := range []string{
		`States.Array(`, `States.Array(1`, `States.Array(1,)`, `States.Array(1 2)`, `States.Array('a)`, `States.Array('a\n')`,
		`States.Array(1))`, `States.Array`, `States.UUID(1)`, `States.Format()`, `States.Format('{}')`, `States.Format('{', 1)`,
		`States.Format('}')`, `States.Array({"a":1})`, `States.Array("a")`, `Format('')`, `States.Array($.a b)`, deep,
	} {
		_, err := parseExpression(text)
		var i *Invalid
		if !errors.As(err, &i) {
			t.Errorf("%s: %v, want it invalid", text, err)
		}
	}
}

func FuzzIntrinsic(f *testing.F) {
	for _, seed := range []string{
		`States.Format('{} \'\{', $.a)`, `States.Array(1,2.5,null,$['x,)'],States.UUID())`, `States.ArrayRange(1,9,2)`,
		`States.StringToJson('{"a":1}')`, `States.MathAdd(1e99,-1)`, `States.Hash('a','MD5')`, `States.ArrayPartition($.a,3)`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseExpression(text)
		if err != nil {
			return
		}
		data := map[string]any{"a": []any{number(1), "b"}}
		value, err := e.eval(view{data: data, context: func() any { return data }})
		if err == nil {
			encode(value)
		}
	})
}
