package duck

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// bindParams gives a prepared statement its parameters, from JSON. Integers keep
// all their digits up to 128 bits; numbers with a point and no exponent are
// DECIMAL up to 38 digits, as they would be in SQL, other numbers are DOUBLE.
func bindParams(statement bindings.PreparedStatement, params []json.RawMessage) error {
	if want := int(bindings.NParams(statement)); want != len(params) {
		plural, were := "s", "were"
		if want == 1 {
			plural = ""
		}
		if len(params) == 1 {
			were = "was"
		}
		return fmt.Errorf("the statement has %d parameter%s, %d %s given", want, plural, len(params), were)
	}
	for i, param := range params {
		value, err := paramValue(bytes.TrimSpace(param))
		if err != nil {
			return fmt.Errorf("parameter %d: %w", i+1, err)
		}
		state := bindings.BindValue(statement, bindings.IdxT(i+1), value)
		bindings.DestroyValue(&value)
		if state != bindings.StateSuccess {
			return fmt.Errorf("parameter %d: %s", i+1, bindings.PrepareError(statement))
		}
	}
	return nil
}

func paramValue(param []byte) (bindings.Value, error) {
	if len(param) == 0 {
		return bindings.Value{}, fmt.Errorf("is empty")
	}
	switch param[0] {
	case 'n':
		return bindings.CreateNullValue(), nil
	case 't', 'f':
		return bindings.CreateBool(param[0] == 't'), nil
	case '"':
		var text string
		if err := json.Unmarshal(param, &text); err != nil {
			return bindings.Value{}, err
		}
		return bindings.CreateVarcharLength(text, bindings.IdxT(len(text))), nil
	case '[', '{':
		return bindings.Value{}, fmt.Errorf("lists and objects are not supported: pass a JSON text and read it with json functions, " +
			"or give each value a ? of its own")
	}
	return numberValue(string(param))
}

func numberValue(text string) (bindings.Value, error) {
	if strings.ContainsAny(text, "eE") {
		return doubleValue(text)
	}
	whole, fraction, pointed := strings.Cut(text, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return bindings.Value{}, fmt.Errorf("%q is no number", text)
	}
	if !pointed && n.IsInt64() {
		return bindings.CreateInt64(n.Int64()), nil
	}
	low := new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1)).Uint64()
	high := new(big.Int).Rsh(n, 64)
	if !high.IsInt64() {
		return doubleValue(text)
	}
	huge := bindings.NewHugeInt(low, high.Int64())
	if !pointed {
		return bindings.CreateHugeInt(huge), nil
	}
	digits := max(len(strings.TrimLeft(strings.TrimPrefix(whole, "-"), "0"))+len(fraction), 1)
	if digits > 38 {
		return doubleValue(text)
	}
	return bindings.CreateDecimal(bindings.NewDecimal(uint8(digits), uint8(len(fraction)), huge)), nil
}

func doubleValue(text string) (bindings.Value, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return bindings.Value{}, fmt.Errorf("%q is no number that fits: pass it as a string and cast it", text)
	}
	return bindings.CreateDouble(f), nil
}
