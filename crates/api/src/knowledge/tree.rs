//! The directories of a knowledge base as a tree.

use std::collections::HashMap;

use airis_domain::KnowledgeDirectory;

use crate::app::App;
use crate::error::Result;

/// Directories inside of each other; a loop, which no change of ours makes, ends there.
const DEEPEST: usize = 100;

/// All directories of one knowledge base.
pub struct Tree {
    directories: Vec<KnowledgeDirectory>,
    places: HashMap<String, usize>,
}

impl Tree {
    pub async fn of(app: &App, knowledge: &str) -> Result<Self> {
        Ok(Self::new(app.store.knowledge_directories(knowledge).await?))
    }

    fn new(directories: Vec<KnowledgeDirectory>) -> Self {
        let places = directories.iter().enumerate().map(|(place, directory)| (directory.id.clone(), place)).collect();
        Self { directories, places }
    }

    pub fn all(&self) -> &[KnowledgeDirectory] {
        &self.directories
    }

    pub fn find(&self, id: &str) -> Option<&KnowledgeDirectory> {
        self.places.get(id).and_then(|place| self.directories.get(*place))
    }

    /// Those directly in a directory, or at the top.
    pub fn inside(&self, parent: Option<&str>) -> Vec<&KnowledgeDirectory> {
        self.directories.iter().filter(|directory| directory.parent_id.as_deref() == parent).collect()
    }

    /// A directory and those above it, the outermost first.
    pub fn above(&self, id: Option<&str>) -> Vec<&KnowledgeDirectory> {
        let mut path = Vec::new();
        let mut next = id.and_then(|id| self.find(id));
        while let Some(directory) = next.filter(|_| path.len() < DEEPEST) {
            path.push(directory);
            next = directory.parent_id.as_deref().and_then(|parent| self.find(parent));
        }
        path.reverse();
        path
    }

    /// Names with slashes between; empty at the top.
    pub fn path(&self, id: Option<&str>) -> String {
        self.above(id).iter().map(|directory| directory.name.as_str()).collect::<Vec<_>>().join("/")
    }

    /// Ids of a directory and of everything below it.
    pub fn below(&self, id: &str) -> Vec<String> {
        let under =
            |directory: &&KnowledgeDirectory| self.above(Some(&directory.id)).iter().any(|above| above.id == id);
        self.directories.iter().filter(under).map(|directory| directory.id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(directories: &[(&str, Option<&str>)]) -> Tree {
        let one = |(id, parent): &(&str, Option<&str>)| KnowledgeDirectory {
            id: (*id).to_owned(),
            knowledge_id: "k".to_owned(),
            parent_id: parent.map(str::to_owned),
            name: id.to_uppercase(),
            user_id: "u".into(),
            created_at: 0,
            updated_at: 0,
        };
        Tree::new(directories.iter().map(one).collect())
    }

    #[test]
    fn paths_are_read_from_the_top() {
        let tree = tree(&[("a", None), ("b", Some("a")), ("c", Some("b")), ("d", None)]);
        assert_eq!(tree.path(Some("c")), "A/B/C");
        assert_eq!(tree.path(None), "");
        assert_eq!(tree.path(Some("nothing")), "");
        assert_eq!(tree.below("b"), ["b", "c"]);
        assert_eq!(tree.inside(None).len(), 2);
        assert_eq!(tree.inside(Some("a"))[0].id, "b");
    }

    #[test]
    fn a_loop_ends() {
        let tree = tree(&[("a", Some("b")), ("b", Some("a"))]);
        assert_eq!(tree.above(Some("a")).len(), DEEPEST);
    }
}
