package service

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

const envPrefix = "LAKEHOUSE_"

// overrideFromEnv applies LAKEHOUSE_<SECTION>_<KEY>=value over the sections.
// LAKEHOUSE_GATEWAY alone is the command line's and no override.
func overrideFromEnv(sections map[string]any, environ []string) error {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		rest, ok := strings.CutPrefix(name, envPrefix)
		if !ok {
			continue
		}
		section, key, ok := strings.Cut(strings.ToLower(rest), "_")
		if !ok {
			continue
		}
		target, asked := sections[section]
		if !asked {
			if err := checkSection(section); err != nil {
				return fmt.Errorf("environment variable %s: %w", name, err)
			}
			continue
		}
		if err := setKey(reflect.ValueOf(target).Elem(), key, value); err != nil {
			return fmt.Errorf("environment variable %s: %w", name, err)
		}
	}
	return nil
}

// checkSection tells a daemon's section that the caller did not ask for from a
// typing error.
func checkSection(section string) error {
	if _, daemon := ports[section]; daemon || section == "fleet" || section == "peers" {
		return nil
	}
	return fmt.Errorf("there is no section %q; write LAKEHOUSE_<SECTION>_<KEY>", section)
}

func setKey(section reflect.Value, key, value string) error {
	if section.Kind() == reflect.Map {
		if section.IsNil() {
			section.Set(reflect.MakeMap(section.Type()))
		}
		section.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
		return nil
	}
	field, ok := fieldByKey(section, key)
	if !ok {
		return fmt.Errorf("there is no key %q in that section", key)
	}
	if text, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return text.UnmarshalText([]byte(value))
	}
	return setScalar(field, value)
}

func fieldByKey(section reflect.Value, key string) (reflect.Value, bool) {
	for i := range section.NumField() {
		if section.Type().Field(i).Tag.Get("toml") == key {
			return section.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func setScalar(field reflect.Value, value string) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", value)
		}
		field.SetInt(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", value)
		}
		field.SetFloat(f)
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is not true or false", value)
		}
		field.SetBool(b)
	case reflect.Slice:
		if field.Type().Elem().Kind() != reflect.String {
			return fmt.Errorf("this key can only be set in the configuration file")
		}
		list := []string{}
		for item := range strings.SplitSeq(value, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		field.Set(reflect.ValueOf(list))
	default:
		return fmt.Errorf("this key can only be set in the configuration file")
	}
	return nil
}
