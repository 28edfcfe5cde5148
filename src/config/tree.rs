//! The whole file as a tree of checked values, and its layers.
//!
//! The raw file is what the parser of the `toml` crate hands out, with a span at every key and value. A [`Tree`] is made of it
//! once every value has the shape that its key asks for; what has not is left out and becomes a [`Problem`]. Over the tables of
//! the file lie the overlay of a profile and the variables of the environment, as in the service; each value knows its layer.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Key, Level, Named, REMOVED, Shape};
use super::source::{closest, shown};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The file: the key and the value.
    File(Range<usize>, Range<usize>),
    /// A variable of the environment.
    Variable(String),
}

/// A checked value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Another number.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// A date or time, as it is written.
    Date(String),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Tree),
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it comes from.
    pub origin: Origin,
    /// The key of the table of keys that it is the value of; none for what is a table only, and before it was checked.
    pub key: Option<&'static Key>,
    /// The value.
    pub value: Value,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree(pub BTreeMap<String, Node>);

/// What is wrong at a place of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of thing.
    pub what: Trouble,
    /// Where.
    pub at: Range<usize>,
    /// In words, without the value.
    pub text: String,
}

/// Kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The file is not TOML there.
    Syntax,
    /// A key that nobody knows.
    Unknown,
    /// A key that is no longer known.
    Removed,
    /// A value of the wrong type, or none that the key takes.
    Value,
}

impl Node {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn list(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The table, if it is one.
    pub fn table(&self) -> Option<&Tree> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    fn wrapped(value: &DeValue<'_>, key: Range<usize>, span: Range<usize>) -> Self {
        let value = match value {
            DeValue::String(text) => Value::Text(text.clone().into_owned()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Value::Date(String::new()), Value::Whole),
            DeValue::Float(number) => {
                number.as_str().parse().map_or(Value::Number(0.0), Value::Number)
            }
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| Self::wrapped(item.get_ref(), item.span(), item.span()))
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(Tree::of(table)),
        };
        Self { origin: Origin::File(key, span), key: None, value }
    }
}

impl Tree {
    /// The tree of a raw table.
    pub fn of(table: &DeTable<'_>) -> Self {
        let entry = |(key, value): (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
            let node = Node::wrapped(value.get_ref(), key.span(), value.span());
            (key.get_ref().clone().into_owned(), node)
        };
        Self(table.iter().map(entry).collect())
    }

    /// The value at a path of names joined by dots.
    pub fn at(&self, path: &str) -> Option<&Node> {
        // Paths are short: a search made for long texts takes longer to begin than this one to end.
        match path.bytes().position(|byte| byte == b'.') {
            None => self.0.get(path),
            Some(dot) => self.0.get(&path[..dot])?.table()?.at(&path[dot + 1..]),
        }
    }

    /// The text at a path.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.text()
    }

    /// The flag at a path.
    pub fn flag(&self, path: &str) -> Option<bool> {
        match self.at(path)?.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The whole number at a path; never negative, since no key takes one.
    pub fn whole(&self, path: &str) -> Option<u64> {
        match self.at(path)?.value {
            Value::Whole(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    /// The items of the list at a path.
    pub fn list(&self, path: &str) -> &[Node] {
        self.at(path).map_or(&[], Node::list)
    }

    /// Takes out what no key of the table allows, and says why.
    pub fn check(&mut self, problems: &mut Vec<Problem>) {
        self.check_at(Level::FILE, &mut String::new(), problems);
    }

    /// `path` is the place in the file, and the same at the end as it was before.
    fn check_at(&mut self, level: Level, path: &mut String, problems: &mut Vec<Problem>) {
        let above = path.len();
        self.0.retain(|name, node| {
            let Origin::File(at, span) = &node.origin else { return true };
            let Some(named) = level.named(name) else {
                problems.push(unknown(name, path, &level.names(), at.clone()));
                return false;
            };
            let span = span.clone();
            node.key = named.key;
            extend(path, above, name);
            let is_removed = named.key.is_some_and(|key| REMOVED.contains(&key.path));
            let keep = if is_removed {
                let text = format!("`{}` was removed from the service and is ignored", shown(path));
                problems.push(Problem { what: Trouble::Removed, at: at.clone(), text });
                true
            } else if let Some(expected) = node.check(named, path, problems) {
                let text = format!("`{}` {expected}", shown(path));
                problems.push(Problem { what: Trouble::Value, at: span, text });
                false
            } else {
                true
            };
            path.truncate(above);
            keep
        });
    }

    /// The tree with the overlay of a profile on it, if there is one.
    pub fn with_overlay(&self, overlay: Option<&Node>) -> Cow<'_, Self> {
        let mut all = Cow::Borrowed(self);
        for (name, node) in overlay.and_then(Node::table).into_iter().flat_map(|table| &table.0) {
            let all = all.to_mut();
            if name == "hd" || name == "pskt" {
                let service = all.0.entry("service".to_owned()).or_insert_with(|| Node {
                    origin: node.origin.clone(),
                    key: None,
                    value: Value::Table(Self::default()),
                });
                if let Value::Table(service) = &mut service.value {
                    service.lay(name, node);
                }
            } else {
                all.lay(name, node);
            }
        }
        all
    }

    /// Lays one value over what is there; tables are merged.
    fn lay(&mut self, name: &str, node: &Node) {
        match (self.0.get_mut(name).map(|there| &mut there.value), &node.value) {
            (Some(Value::Table(there)), Value::Table(over)) => {
                for (name, node) in &over.0 {
                    there.lay(name, node);
                }
            }
            _ => drop(self.0.insert(name.to_owned(), node.clone())),
        }
    }

    /// Lays a variable such as `IGRA_SERVICE__NODE_RPC_URL` over the tree. Fails, in words without the value, when the service
    /// would not see it or not understand it. Lists cannot be told from text here, and stay as they are.
    pub fn lay_variable(&mut self, variable: &str, text: &str) -> Result<(), String> {
        let Some(path) = variable.strip_prefix("IGRA_") else { return Ok(()) };
        let path = path.to_ascii_lowercase().replace("__", ".");
        let Some(key) = keys::key(&path) else {
            if path.starts_with("profiles.") {
                return Ok(());
            }
            let known: Vec<&str> = keys::KEYS.iter().map(|key| key.path).collect();
            let guess = closest(&path, &known).map(|path| {
                let name = path.to_ascii_uppercase().replace('.', "__");
                format!(", did you mean IGRA_{name}?")
            });
            let text = format!("{} sets no key that is known", shown(variable));
            return Err(text + &guess.unwrap_or_default());
        };
        let wrong =
            || Err(format!("`{path}`, as {} sets it, {}", shown(variable), key.shape.expected()));
        let value = match key.shape {
            Shape::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Value::Bool(true),
                "false" | "0" | "no" | "off" => Value::Bool(false),
                _ => return wrong(),
            },
            Shape::Whole(max) => match text.trim().parse::<i64>() {
                Ok(number) if u64::try_from(number).is_ok_and(|n| n <= max) => Value::Whole(number),
                _ => return wrong(),
            },
            Shape::Word(words) if !words.contains(&text) => return wrong(),
            Shape::Text | Shape::Word(_) | Shape::Path | Shape::Public | Shape::Secret => {
                Value::Text(text.to_owned())
            }
            _ => return Ok(()),
        };
        let origin = Origin::Variable(variable.to_owned());
        let mut node = Node { origin: origin.clone(), key: Some(key), value };
        let mut names: Vec<&str> = path.split('.').collect();
        let Some(first) = (names.len() > 1).then(|| names.remove(0)) else { return Ok(()) };
        for name in names.into_iter().rev() {
            let table = Self([(name.to_owned(), node)].into());
            node = Node { origin: origin.clone(), key: None, value: Value::Table(table) };
        }
        self.lay(first, &node);
        Ok(())
    }

    /// Calls `visit` with the path and the key of every value that is no table, lists item by item.
    pub fn walk(&self, visit: &mut Visit<'_>) {
        self.walk_at(&mut String::new(), visit);
    }

    /// `path` is the same at the end as it was before.
    fn walk_at(&self, path: &mut String, visit: &mut Visit<'_>) {
        let above = path.len();
        for (name, node) in &self.0 {
            extend(path, above, name);
            node.walk_at(path, node.key, visit);
            path.truncate(above);
        }
    }
}

/// What [`Tree::walk`] calls.
pub type Visit<'a> = dyn FnMut(&str, Option<&'static Key>, &Node) + 'a;

/// Makes `path` the place of `name` in the table at its first `above` bytes.
fn extend(path: &mut String, above: usize, name: &str) {
    if above > 0 {
        path.push('.');
    }
    path.push_str(name);
}

impl Node {
    /// The items of a list have the key of the list.
    fn walk_at(&self, path: &mut String, key: Option<&'static Key>, visit: &mut Visit<'_>) {
        match &self.value {
            Value::Table(table) => table.walk_at(path, visit),
            Value::List(items) => items.iter().for_each(|item| item.walk_at(path, key, visit)),
            _ => visit(path, key, self),
        }
    }

    /// What the value must be, when it is not.
    fn check(
        &mut self,
        named: Named,
        path: &mut String,
        problems: &mut Vec<Problem>,
    ) -> Option<String> {
        let of_texts = |items: &[Self]| items.iter().all(|item| item.text().is_some());
        match (named.key.map(|key| key.shape), &mut self.value) {
            (Some(Shape::Any), _) if named.table.is_none() => None,
            (Some(Shape::Any | Shape::WordOrTable(_)), Value::Table(table)) => {
                table.check_at(named.table?, path, problems);
                None
            }
            (Some(Shape::Any), _) => Some("is a table".to_owned()),
            (Some(shape), value) => {
                let fits = match (shape, &*value) {
                    (Shape::Text | Shape::Public | Shape::Secret | Shape::Path, Value::Text(_))
                    | (Shape::Bool, Value::Bool(_))
                    | (Shape::Number, Value::Number(_) | Value::Whole(_))
                    | (Shape::Date, Value::Date(_) | Value::Text(_)) => true,
                    (Shape::Word(words) | Shape::WordOrTable(words), Value::Text(text)) => {
                        words.contains(&text.as_str())
                    }
                    (Shape::Whole(max), Value::Whole(n)) => {
                        u64::try_from(*n).is_ok_and(|n| n <= max)
                    }
                    (Shape::Duration, Value::Text(text)) => super::schema::duration(text).is_some(),
                    (Shape::Duration, Value::Whole(seconds)) => *seconds >= 0,
                    (Shape::Texts | Shape::Publics | Shape::Paths, Value::List(items)) => {
                        of_texts(items)
                    }
                    (Shape::Commands, Value::List(items)) => items
                        .iter()
                        .all(|item| matches!(&item.value, Value::List(words) if of_texts(words))),
                    _ => false,
                };
                (!fits).then(|| shape.expected())
            }
            (None, value) => match (named.items, value) {
                (None, Value::Table(table)) => {
                    table.check_at(named.table?, path, problems);
                    None
                }
                (Some(level), Value::List(items))
                    if items.iter().all(|item| item.table().is_some()) =>
                {
                    for item in items {
                        if let Value::Table(table) = &mut item.value {
                            table.check_at(level, path, problems);
                        }
                    }
                    None
                }
                (Some(_), Value::Table(_) | Value::List(_)) => {
                    Some("is an array of tables: [[...]]".to_owned())
                }
                _ => Some("is a table".to_owned()),
            },
        }
    }
}

fn unknown(name: &str, path: &str, known: &[&'static str], at: Range<usize>) -> Problem {
    let place = if path.is_empty() { String::new() } else { format!(" in [{}]", shown(path)) };
    let guess =
        closest(name, known).map(|known| format!(", did you mean `{known}`?")).unwrap_or_default();
    let text = format!("unknown key `{}`{place}{guess}", shown(name));
    Problem { what: Trouble::Unknown, at, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> (Tree, Vec<String>) {
        let mut problems = Vec::new();
        let mut tree = Tree::of(DeTable::parse(text).expect(text).get_ref());
        tree.check(&mut problems);
        problems.sort_by_key(|problem: &Problem| problem.at.start);
        (tree, problems.into_iter().map(|problem| problem.text).collect())
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_all_of_it_is_told() {
        let (tree, problems) = tree(
            "[service]\nuse_encrypted_secret = true\nallow_remote_rpc = 'yes'\ndata_dir = '/x'\n\
             [sevice]\nx = 1\n[group]\nthreshold_m = 70000\nmember_pubkeys = [1]\n\
             [[hyperlane.domains]]\nmod = 'x'\n[profiles.a.hd]\nkey_typ = 'x'\n[profiles.b]\nrpcc = 1",
        );
        assert_eq!(
            problems,
            [
                "unknown key `use_encrypted_secret` in [service], did you mean `use_encrypted_secrets`?",
                "`service.allow_remote_rpc` is true or false",
                "unknown key `sevice`, did you mean `service`?",
                "`group.threshold_m` is a whole number from 0 to 65535",
                "`group.member_pubkeys` is a list of strings",
                "unknown key `mod` in [hyperlane.domains], did you mean `mode`?",
                "unknown key `key_typ` in [profiles.a.hd], did you mean `key_type`?",
                "unknown key `rpcc` in [profiles.b], did you mean `rpc`?",
            ]
        );
        assert_eq!(tree.text("service.data_dir"), Some("/x"));
        assert!(tree.at("service.allow_remote_rpc").is_none());
    }

    #[test]
    fn a_profile_lies_over_the_file_and_variables_over_both() {
        let (tree, problems) = tree(
            "[service]\nnode_rpc_url = 'a'\ndata_dir = '/a'\n[service.hd]\nkey_type = 'raw'\n\
             [profiles.one.service]\nnode_rpc_url = 'b'\n[profiles.one.hd]\nderivation_path = 'm/1'",
        );
        assert_eq!(problems, Vec::<String>::new());
        let overlay = |name| tree.at("profiles").and_then(Node::table)?.0.get(name);
        let mut over = tree.with_overlay(overlay("one")).into_owned();
        assert_eq!(over.text("service.node_rpc_url"), Some("b"));
        assert_eq!(over.text("service.data_dir"), Some("/a"));
        assert_eq!(over.text("service.hd.derivation_path"), Some("m/1"));
        assert_eq!(over.text("service.hd.key_type"), Some("raw"));
        assert_eq!(*tree.with_overlay(overlay("two")), tree);
        assert_eq!(over.lay_variable("IGRA_SERVICE__NODE_RPC_URL", "c"), Ok(()));
        assert_eq!(over.lay_variable("IGRA_GROUP__THRESHOLD_M", "2"), Ok(()));
        for (name, value, why) in [
            (
                "IGRA_GROUP__THRESHOLD_M",
                "two",
                "`group.threshold_m`, as IGRA_GROUP__THRESHOLD_M sets it, is a whole number from 0 to 65535",
            ),
            (
                "IGRA_SERVICE__USE_ENCRYPTED_SECRET",
                "true",
                "IGRA_SERVICE__USE_ENCRYPTED_SECRET sets no key that is known, did you mean IGRA_SERVICE__USE_ENCRYPTED_SECRETS?",
            ),
        ] {
            assert_eq!(over.lay_variable(name, value), Err(why.to_owned()));
        }
        let node = over.at("service.node_rpc_url").expect("set");
        assert_eq!(node.origin, Origin::Variable("IGRA_SERVICE__NODE_RPC_URL".to_owned()));
        assert_eq!((node.text(), over.whole("group.threshold_m")), (Some("c"), Some(2)));
    }

    #[test]
    fn every_value_knows_its_key_wherever_it_stands() {
        let (tree, problems) = tree(
            "[profiles.'a.b'.rpc]\ntoken = 'x'\n[profiles.c.hd]\nxpubs = ['y']\n\
             [[hyperlane.domains]]\ndomain = 1\n[security.levels]\n'NET-001' = 'error'",
        );
        assert_eq!(problems, Vec::<String>::new());
        let mut found = Vec::new();
        tree.walk(&mut |path, key, _| found.push((path.to_owned(), key.map(|key| key.path))));
        let known = |path: &str, key| (path.to_owned(), Some(key));
        assert_eq!(
            found,
            [
                known("hyperlane.domains.domain", "hyperlane.domains[].domain"),
                known("profiles.a.b.rpc.token", "rpc.token"),
                known("profiles.c.hd.xpubs", "service.hd.xpubs"),
                known("security.levels.NET-001", "security.levels.*"),
            ]
        );
    }
}
