//! The messages of a conversation as a tree, and the branch of it that is shown.
//!
//! A question asked differently and an answer written again are siblings of what was there; nothing is lost by either.
//! Questions and answers alternate on every path, as chat templates demand. Must not know requests, nor how anything is
//! shown.

use std::collections::BTreeMap;

use inkling_host::chats::{Attachment, Ending, MessageId, MessageRecord};
use inkling_host::wire::Role;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    nodes: BTreeMap<MessageId, Node>,
    /// First questions, oldest first.
    roots: Vec<MessageId>,
    /// The branch that is shown, from its first question on.
    path: Vec<MessageId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub id: MessageId,
    pub parent: Option<MessageId>,
    /// Oldest first.
    pub children: Vec<MessageId>,
    /// The child that was shown last.
    pub(super) chosen: Option<MessageId>,
    pub role: Role,
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub created_ms: f64,
    /// Of an answer; absent while it is being written.
    pub ending: Option<Ending>,
    /// The model that wrote it.
    pub model: Option<String>,
}

/// One message among those that stand for the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// From 1.
    pub number: usize,
    pub count: usize,
}

/// What was taken out, to be put back.
#[derive(Debug, Clone, PartialEq)]
pub struct Cutting {
    nodes: Vec<Node>,
    root: MessageId,
    /// Where it stood among its siblings.
    index: usize,
    path: Vec<MessageId>,
}

impl Cutting {
    pub fn ids(&self) -> Vec<MessageId> {
        self.nodes.iter().map(|node| node.id).collect()
    }
}

impl Node {
    pub fn question(text: String, attachments: Vec<Attachment>) -> Self {
        Self {
            role: Role::User,
            attachments,
            ..Self::answer(text, None)
        }
    }

    pub fn answer(text: String, model: Option<String>) -> Self {
        Self {
            id: 0,
            parent: None,
            children: Vec::new(),
            chosen: None,
            role: Role::Assistant,
            text,
            attachments: Vec::new(),
            created_ms: 0.0,
            ending: None,
            model,
        }
    }
}

impl Tree {
    /// From records in any order. Messages whose parents are missing are left out with all that hangs from them; so are
    /// those that would break the alternation.
    pub fn from_records(records: Vec<MessageRecord>, leaf: Option<MessageId>) -> Self {
        let mut records = records;
        records.sort_by(|one, other| {
            (one.created_ms.total_cmp(&other.created_ms)).then(one.id.cmp(&other.id))
        });
        let mut waiting: BTreeMap<Option<MessageId>, Vec<MessageRecord>> = BTreeMap::new();
        for record in records {
            waiting.entry(record.parent).or_default().push(record);
        }
        let mut tree = Self::default();
        let mut parents = vec![None];
        while let Some(parent) = parents.pop() {
            for record in waiting.remove(&parent).unwrap_or_default() {
                let id = record.id;
                if tree.insert(node_from(record)) {
                    parents.push(Some(id));
                }
            }
        }
        match leaf {
            Some(leaf) if tree.nodes.contains_key(&leaf) => tree.show(leaf),
            _ => tree.extend_path(),
        }
        tree
    }

    pub fn get(&self, id: MessageId) -> Option<&Node> {
        self.nodes.get(&id)
    }

    pub fn get_mut(&mut self, id: MessageId) -> Option<&mut Node> {
        self.nodes.get_mut(&id)
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The messages that are shown, first to last.
    pub fn path(&self) -> &[MessageId] {
        &self.path
    }

    pub fn shown(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.path.iter().filter_map(|id| self.nodes.get(id))
    }

    pub fn leaf(&self) -> Option<MessageId> {
        self.path.last().copied()
    }

    /// Where a message stands among its siblings.
    pub fn place(&self, id: MessageId) -> Option<Version> {
        let siblings = self.siblings(self.nodes.get(&id)?.parent);
        let index = siblings.iter().position(|sibling| *sibling == id)?;
        Some(Version {
            number: index + 1,
            count: siblings.len(),
        })
    }

    /// Puts a new message below `node.parent` and shows it. False, and nothing done, where it cannot stand there.
    pub fn add(&mut self, node: Node) -> bool {
        let id = node.id;
        let added = self.insert(node);
        if added {
            self.show(id);
        }
        added
    }

    /// Shows the branch through `id`, below it the way that was last taken there.
    pub fn show(&mut self, id: MessageId) {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(node) = next.and_then(|id| self.nodes.get(&id)) {
            path.push(node.id);
            next = node.parent;
        }
        path.reverse();
        for pair in path.windows(2) {
            if let [parent, child] = pair
                && let Some(node) = self.nodes.get_mut(parent)
            {
                node.chosen = Some(*child);
            }
        }
        self.path = path;
        self.extend_path();
    }

    /// Shows the sibling that many places further; stays where there is none.
    pub fn step(&mut self, id: MessageId, by: isize) -> Option<MessageId> {
        let siblings = self.siblings(self.nodes.get(&id)?.parent);
        let index = siblings.iter().position(|sibling| *sibling == id)?;
        let other = *siblings.get(index.checked_add_signed(by)?)?;
        self.show(other);
        Some(other)
    }

    /// Takes a message out with everything below it. What stands beside it is shown in its place.
    pub fn cut(&mut self, id: MessageId) -> Option<Cutting> {
        let parent = self.nodes.get(&id)?.parent;
        let path = self.path.clone();
        let siblings = self.siblings_mut(parent)?;
        let index = siblings.iter().position(|sibling| *sibling == id)?;
        siblings.remove(index);
        let neighbour = siblings.get(index).or_else(|| siblings.last()).copied();
        let mut nodes = Vec::new();
        let mut below = vec![id];
        while let Some(next) = below.pop() {
            if let Some(node) = self.nodes.remove(&next) {
                below.extend(&node.children);
                nodes.push(node);
            }
        }
        if let Some(node) = parent.and_then(|parent| self.nodes.get_mut(&parent))
            && node.chosen == Some(id)
        {
            node.chosen = neighbour;
        }
        if let Some(at) = self.path.iter().position(|shown| *shown == id) {
            self.path.truncate(at);
            self.path.extend(neighbour);
            self.extend_path();
        }
        Some(Cutting {
            nodes,
            root: id,
            index,
            path,
        })
    }

    /// Puts back what was cut, where it was. False where its place is gone.
    pub fn put_back(&mut self, cutting: Cutting) -> bool {
        let Some(parent) = cutting
            .nodes
            .iter()
            .find(|node| node.id == cutting.root)
            .map(|node| node.parent)
        else {
            return false;
        };
        let Some(siblings) = self.siblings_mut(parent) else {
            return false;
        };
        siblings.insert(cutting.index.min(siblings.len()), cutting.root);
        for node in cutting.nodes {
            self.nodes.insert(node.id, node);
        }
        let was_shown = cutting.path.contains(&cutting.root);
        match cutting.path.last() {
            Some(leaf) if was_shown && self.nodes.contains_key(leaf) => self.show(*leaf),
            _ => self.show(cutting.root),
        }
        true
    }

    fn insert(&mut self, node: Node) -> bool {
        let may_stand = match node.parent {
            None => node.role == Role::User,
            Some(parent) => self.nodes.get(&parent).is_some_and(|parent| {
                matches!(
                    (parent.role, node.role),
                    (Role::User, Role::Assistant) | (Role::Assistant, Role::User)
                )
            }),
        };
        if !may_stand || self.nodes.contains_key(&node.id) {
            return false;
        }
        if let Some(siblings) = self.siblings_mut(node.parent) {
            siblings.push(node.id);
        }
        self.nodes.insert(node.id, node);
        true
    }

    /// Below the end of the path: what was shown there last, or else the newest.
    fn extend_path(&mut self) {
        loop {
            let next = match self.path.last() {
                None => self.roots.last().copied(),
                Some(last) => self.nodes.get(last).and_then(|node| {
                    let chosen = node.chosen.filter(|chosen| node.children.contains(chosen));
                    chosen.or_else(|| node.children.last().copied())
                }),
            };
            match next {
                Some(next) => self.path.push(next),
                None => return,
            }
        }
    }

    fn siblings(&self, parent: Option<MessageId>) -> &[MessageId] {
        match parent {
            None => &self.roots,
            Some(parent) => self
                .nodes
                .get(&parent)
                .map_or(&[], |node| node.children.as_slice()),
        }
    }

    fn siblings_mut(&mut self, parent: Option<MessageId>) -> Option<&mut Vec<MessageId>> {
        match parent {
            None => Some(&mut self.roots),
            Some(parent) => Some(&mut self.nodes.get_mut(&parent)?.children),
        }
    }
}

fn node_from(record: MessageRecord) -> Node {
    Node {
        id: record.id,
        parent: record.parent,
        children: Vec::new(),
        chosen: None,
        role: record.role,
        text: record.text,
        attachments: record.attachments,
        created_ms: record.created_ms,
        // The page was closed while it was written.
        ending: match record.role {
            Role::Assistant => Some(record.ending.unwrap_or(Ending::Lost)),
            Role::System | Role::User => None,
        },
        model: record.model,
    }
}
