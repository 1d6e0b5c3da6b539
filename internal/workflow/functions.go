package workflow

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// A function is an intrinsic function: how many arguments it takes (most -1: any
// number), what it makes of them, and what can be told from its text alone.
type function struct {
	least, most int
	apply       func(args []any) (any, error)
	check       func(*call) error
}

// functions are the 18 of the language for JSONPath.
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
var functions = map[string]function{
	"States.Array":          {0, -1, array, nil},
	"States.ArrayPartition": {2, 2, arrayPartition, nil},
	"States.ArrayContains":  {2, 2, arrayContains, nil},
	"States.ArrayRange":     {3, 3, arrayRange, nil},
	"States.ArrayGetItem":   {2, 2, arrayGetItem, nil},
	"States.ArrayLength":    {1, 1, arrayLength, nil},
	"States.ArrayUnique":    {1, 1, arrayUnique, nil},
	"States.Base64Encode":   {1, 1, base64Encode, nil},
	"States.Base64Decode":   {1, 1, base64Decode, nil},
	"States.Format":         {1, -1, format, checkFormat},
	"States.Hash":           {2, 2, hash, nil},
	"States.JsonMerge":      {3, 3, jsonMerge, nil},
	"States.JsonToString":   {1, 1, jsonToString, nil},
	"States.MathAdd":        {2, 2, mathAdd, nil},
	"States.MathRandom":     {2, 3, mathRandom, checkRandom},
	"States.StringSplit":    {2, 2, stringSplit, nil},
	"States.StringToJson":   {1, 1, stringToJSON, nil},
	"States.UUID":           {0, 0, newUUID, nil},
}

// Limits that AWS documents for the functions.
const (
	maxRange    = 1000
	maxEncoded  = 10_000
	maxHashData = 10_000
)

var (
	errNoArray  = errors.New("the first argument must be an array")
	errNoString = errors.New("the argument must be a string")
	errNoNumber = errors.New("the arguments must be numbers")
)

func base64Encode(args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok || len(s) > maxEncoded {
		return nil, fmt.Errorf("the argument must be a string of at most %d characters", maxEncoded)
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}

func base64Decode(args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok || len(s) > maxEncoded {
		return nil, fmt.Errorf("the argument must be a string of at most %d characters", maxEncoded)
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("the argument is not Base64")
	}
	return string(b), nil
}

// hash takes MD5 and SHA-1 because the language has them; nothing here relies on them.
func hash(args []any) (any, error) {
	data, ok := args[0].(string)
	if !ok {
		data = string(encode(args[0]))
	}
	if len(data) > maxHashData {
		return nil, fmt.Errorf("the data has more than %d characters", maxHashData)
	}
	var sum []byte
	switch args[1] {
	case "MD5":
		s := md5.Sum([]byte(data))
		sum = s[:]
	case "SHA-1":
		s := sha1.Sum([]byte(data))
		sum = s[:]
	case "SHA-256":
		s := sha256.Sum256([]byte(data))
		sum = s[:]
	case "SHA-384":
		s := sha512.Sum384([]byte(data))
		sum = s[:]
	case "SHA-512":
		s := sha512.Sum512([]byte(data))
		sum = s[:]
	default:
		return nil, errors.New("the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
	}
	return hex.EncodeToString(sum), nil
}

// jsonMerge is shallow: AWS supports no other mode.
func jsonMerge(args []any) (any, error) {
	a, okA := args[0].(map[string]any)
	b, okB := args[1].(map[string]any)
	if !okA || !okB {
		return nil, errors.New("the first two arguments must be objects")
	}
	if args[2] != false {
		return nil, errors.New("only the shallow mode exists: the third argument must be false")
	}
	merged := maps.Clone(a)
	maps.Copy(merged, b)
	return merged, nil
}

func jsonToString(args []any) (any, error) { return string(encode(args[0])), nil }

// stringToJSON makes null of blank text, as AWS does.
func stringToJSON(args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok {
		return nil, errNoString
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	v, err := decode([]byte(s))
	if err != nil {
		return nil, errors.New("the argument is not JSON")
	}
	return v, nil
}

func mathAdd(args []any) (any, error) {
	a, okA := rounded(args[0])
	b, okB := rounded(args[1])
	if !okA || !okB {
		return nil, errNoNumber
	}
	sum := a + b
	if (sum > a) != (b > 0) && b != 0 {
		return nil, errors.New("the sum is out of range")
	}
	return number(sum), nil
}

// rounded reads an integer as AWS does: halves go up, so -1.5 is -1.
func rounded(v any) (int64, bool) {
	if i, ok := wholeNumber(v); ok {
		return i, true
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(n), 64)
	f = math.Floor(f + 0.5)
	if err != nil || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

// mathRandom includes the start and excludes the end.
func mathRandom(args []any) (any, error) {
	start, okA := rounded(args[0])
	end, okB := rounded(args[1])
	if !okA || !okB || end <= start || end-start <= 0 {
		return nil, errors.New("the arguments must be numbers, the second larger than the first")
	}
	return number(start + rand.Int64N(end-start)), nil
}

func checkRandom(c *call) error {
	if len(c.args) == 3 {
		return refused("States.MathRandom with a seed")
	}
	return nil
}

// stringSplit splits at any of the characters and leaves out what is empty.
func stringSplit(args []any) (any, error) {
	s, okS := args[0].(string)
	at, okAt := args[1].(string)
	if !okS || !okAt {
		return nil, errors.New("the arguments must be strings")
	}
	parts := []any{}
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(at, c) }) {
		parts = append(parts, part)
	}
	return parts, nil
}

func newUUID([]any) (any, error) { return uuid.NewString(), nil }
